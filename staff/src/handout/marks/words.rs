//! Writes a task's sentence for the student: as a `todo!` in a function's body, as a comment
//! elsewhere.

/// How long a line may be, as `rustfmt.toml` says.
const WIDTH: usize = 100;

/// A task as the lines of a comment.
pub fn comment(task: &str, indent: usize) -> Vec<String> {
    let begin = format!("{}// ", " ".repeat(indent));
    let lines = wrapped(&format!("TODO {task}"), WIDTH.saturating_sub(begin.len()));
    lines.iter().map(|line| format!("{begin}{line}")).collect()
}

/// A task as a `todo!`.
pub fn todo(task: &str, indent: usize) -> Vec<String> {
    let indentation = " ".repeat(indent);
    // The text of a string, which is a format as well.
    let mut text = task.to_owned();
    for (sign, escaped) in [("\\", "\\\\"), ("\"", "\\\""), ("{", "{{"), ("}", "}}")] {
        text = text.replace(sign, escaped);
    }
    let one_line = format!("{indentation}todo!(\"{text}\")");
    if one_line.len() <= WIDTH {
        return vec![one_line];
    }
    // Of a line within the parentheses, eight bytes are not text: `    "` and ` \`.
    let width = WIDTH.saturating_sub(indentation.len() + 8);
    let text = wrapped(&text, width).join(&format!(" \\\n{indentation}     "));
    let todo = format!("{indentation}todo!(\n{indentation}    \"{text}\"\n{indentation})");
    todo.lines().map(str::to_owned).collect()
}

/// The text in lines of at most so many bytes, broken at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.len() + 1 + word.len() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The lines as a file: none is blank at the beginning, and no two in a row.
pub fn joined<'l>(lines: impl IntoIterator<Item = &'l str>) -> String {
    let mut text = String::new();
    let mut was_blank = true;
    for line in lines {
        let is_blank = line.trim().is_empty();
        if !(is_blank && was_blank) {
            text.push_str(line);
            text.push('\n');
        }
        was_blank = is_blank;
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}
