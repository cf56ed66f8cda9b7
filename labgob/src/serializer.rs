//! The serde serializer. It refuses values that serde accepts but that could not be decoded again.

use crate::codec::{self, Primitive};
use serde::ser::{self, Serialize};
use std::fmt::{self, Display, Formatter};

/// Why a value cannot be encoded.
#[derive(Debug)]
pub(crate) struct Unencodable(String);

/// Appends one value, or one part of it.
pub(crate) struct Serializer<'a> {
    bytes: &'a mut Vec<u8>,
    /// How many elements all collections have together: the decoder's allowance (`input.rs`).
    elements: &'a mut usize,
    levels_left: usize,
}

impl<'a> Serializer<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a mut Vec<u8>, elements: &'a mut usize) -> Self {
        Self { bytes, elements, levels_left: crate::MAX_DEPTH }
    }

    #[inline]
    fn part(&mut self) -> Serializer<'_> {
        Serializer { bytes: self.bytes, elements: self.elements, levels_left: self.levels_left }
    }

    #[inline]
    fn one_level_deeper(self) -> Result<Self, Unencodable> {
        match self.levels_left.checked_sub(1) {
            Some(levels_left) => Ok(Self { levels_left, ..self }),
            None => Err(ser::Error::custom(crate::error::Problem::TooDeep)),
        }
    }

    #[inline]
    fn primitive(self, value: impl Primitive) -> Result<(), Unencodable> {
        codec::write(value, self.bytes);
        Ok(())
    }

    #[inline]
    fn byte_string(self, bytes: &[u8]) -> Result<(), Unencodable> {
        codec::write(bytes.len() as u64, self.bytes);
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn collection(self, length: Option<usize>) -> Result<Self, Unencodable> {
        let length = length.ok_or_else(|| {
            Unencodable("the length of a collection is not known in advance (flatten?)".to_owned())
        })?;
        *self.elements = self.elements.saturating_add(length);
        codec::write(length as u64, self.bytes);
        self.one_level_deeper()
    }

    #[inline]
    fn variant(self, index: u32) -> Result<Self, Unencodable> {
        codec::write(index, self.bytes);
        self.one_level_deeper()
    }
}

macro_rules! primitives {
    ($($method:ident($type:ty)),* $(,)?) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<(), Unencodable> {
            self.primitive(value)
        }
    )*};
}

impl ser::Serializer for Serializer<'_> {
    type Ok = ();
    type Error = Unencodable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    primitives! {
        serialize_bool(bool), serialize_char(char), serialize_f32(f32), serialize_f64(f64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u128(u128), serialize_i128(i128),
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Unencodable> {
        self.byte_string(value.as_bytes())
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unencodable> {
        self.byte_string(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Unencodable> {
        self.primitive(0_u8)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unencodable> {
        codec::write(1_u8, self.bytes);
        value.serialize(self.one_level_deeper()?)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Unencodable> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Unencodable> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
    ) -> Result<(), Unencodable> {
        self.primitive(index)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Unencodable> {
        value.serialize(self.one_level_deeper()?)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Result<(), Unencodable> {
        value.serialize(self.variant(index)?)
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unencodable> {
        self.collection(length)
    }

    #[inline]
    fn serialize_tuple(self, _length: usize) -> Result<Self, Unencodable> {
        self.one_level_deeper()
    }

    #[inline]
    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self, Unencodable> {
        self.one_level_deeper()
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self, Unencodable> {
        self.variant(index)
    }

    #[inline]
    fn serialize_map(self, length: Option<usize>) -> Result<Self, Unencodable> {
        self.collection(length)
    }

    #[inline]
    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Self, Unencodable> {
        self.one_level_deeper()
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self, Unencodable> {
        self.variant(index)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The parts of a compound value follow one another, with nothing between them or at the end.
macro_rules! compounds {
    ($($compound:ident: $($part:ident),+;)*) => {$(
        impl ser::$compound for Serializer<'_> {
            type Ok = ();
            type Error = Unencodable;

            $(
                #[inline]
                fn $part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unencodable> {
                    value.serialize(self.part())
                }
            )+

            #[inline]
            fn end(self) -> Result<(), Unencodable> {
                Ok(())
            }
        }
    )*};
}

compounds! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
    SerializeMap: serialize_key, serialize_value;
}

/// As above; but fields have names, and serde lets a struct leave one out.
macro_rules! structs {
    ($($compound:ident),*) => {$(
        impl ser::$compound for Serializer<'_> {
            type Ok = ();
            type Error = Unencodable;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                _name: &'static str,
                value: &T,
            ) -> Result<(), Unencodable> {
                value.serialize(self.part())
            }

            #[cold]
            fn skip_field(&mut self, name: &'static str) -> Result<(), Unencodable> {
                Err(Unencodable(format!(
                    "the field `{name}` was left out (skip_serializing_if), and decoding expects it"
                )))
            }

            #[inline]
            fn end(self) -> Result<(), Unencodable> {
                Ok(())
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl std::error::Error for Unencodable {}

impl Display for Unencodable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Errors that a type's own `Serialize` raises.
impl ser::Error for Unencodable {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}
