use super::{Backend, Mode, Policy, Simulation};

fn mode(text: &str) -> Result<Mode, String> {
    Mode::from_variables(|name| (name == "MODE").then(|| text.to_string()))
}

fn simulation(variables: &[(&str, &str)]) -> Result<Simulation, String> {
    Simulation::from_variables(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| text.to_string())
    })
}

#[test]
fn a_mode_is_os_or_sim_and_os_unless_said() {
    assert_eq!((mode("os"), mode("sim"), mode("")), (Ok(Mode::Os), Ok(Mode::Sim), Ok(Mode::Os)));
    assert_eq!(Mode::from_variables(|_| None), Ok(Mode::Os));
    let refusal = mode("real").unwrap_err();
    assert!(refusal.starts_with("MODE is \"real\", and must be os (real "), "{refusal}");
}

#[test]
fn nothing_set_leaves_the_choice_to_the_seed() {
    let nothing = Simulation { backend: Backend::Coroutines, policy: None };
    assert_eq!(simulation(&[]), Ok(nothing));
    assert_eq!(simulation(&[("BACKEND", ""), ("PREEMPT", ""), ("PCT", "")]), Ok(nothing));
}

#[test]
fn a_policy_reads_as_it_is_set() {
    for (name, text, policy) in [
        ("PREEMPT", "0.3", Policy::Random { preemption: 0.3 }),
        ("PREEMPT", "1", Policy::Random { preemption: 1.0 }),
        ("PCT", "3", Policy::Pct { depth: 3 }),
    ] {
        assert_eq!(simulation(&[(name, text)]).map(|set| set.policy), Ok(Some(policy)));
        assert_eq!(policy.to_string(), format!("{name}={text}"));
    }
}

#[test]
fn a_mistake_is_refused_with_what_would_do() {
    for (variables, refusal) in [
        (&[("BACKEND", "fibers")][..], "BACKEND is \"fibers\", and must be coroutines (fast) or"),
        (&[("PREEMPT", "30")], "PREEMPT is \"30\", and must be a number from 0 to 1"),
        (&[("PREEMPT", "NaN")], "PREEMPT is \"NaN\", and must be"),
        (&[("PCT", "0")], "PCT is \"0\", and must be a whole number from 1"),
        (&[("PCT", "3"), ("PREEMPT", "0.3")], "PREEMPT and PCT are two ways"),
    ] {
        let told = simulation(variables).unwrap_err();
        assert!(told.starts_with(refusal), "{told}");
    }
}
