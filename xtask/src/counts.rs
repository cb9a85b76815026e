//! How many tests passed: read from what each test runner prints.
//!
//! A runner that fails without naming a failed test (it did not compile, it crashed) counts as one failure,
//! and so does one that reports success without having run anything.

use std::ops::AddAssign;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    /// Left out by the runner: reported, never hidden.
    pub ignored: u64,
}

impl Counts {
    pub const ONE_PASSED: Self = Self {
        passed: 1,
        failed: 0,
        ignored: 0,
    };
    pub const ONE_FAILED: Self = Self {
        passed: 0,
        failed: 1,
        ignored: 0,
    };

    pub fn is_ok(self) -> bool {
        self.failed == 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once per test binary.
    Cargo,
    /// `ℹ pass 3`, `ℹ fail 0`, … once at the end.
    Node,
    /// `3 passed, 0 failed` as the last line.
    Summary,
}

/// Reads a runner's output; `success` is what its exit status said.
pub fn counts_from_output(runner: Runner, success: bool, output: &str) -> Counts {
    let mut counts = match runner {
        Runner::Cargo => cargo_counts(output),
        Runner::Node => node_counts(output),
        Runner::Summary => summary_counts(output),
    };
    if counts.failed == 0 && (!success || counts.passed == 0) {
        counts.failed = 1;
    }
    counts
}

fn cargo_counts(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines() {
        let Some(result) = line.trim().strip_prefix("test result: ") else {
            continue;
        };
        let fields = result.split_once(". ").map_or("", |(_, fields)| fields);
        for field in fields.split(';') {
            match number_and_word(field) {
                Some((number, "passed")) => counts.passed += number,
                Some((number, "failed")) => counts.failed += number,
                Some((number, "ignored")) => counts.ignored += number,
                _ => {}
            }
        }
    }
    counts
}

fn node_counts(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines() {
        let Some(rest) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) else {
            continue;
        };
        let Some((word, number)) = rest.split_once(' ') else {
            continue;
        };
        let Ok(number) = number.trim().parse::<u64>() else {
            continue;
        };
        match word {
            "pass" => counts.passed += number,
            "fail" | "cancelled" => counts.failed += number,
            "skipped" | "todo" => counts.ignored += number,
            _ => {}
        }
    }
    counts
}

fn summary_counts(output: &str) -> Counts {
    let mut counts = Counts::default();
    let Some(line) = output.lines().rev().find(|line| !line.trim().is_empty()) else {
        return counts;
    };
    for field in line.split(',') {
        match number_and_word(field) {
            Some((number, "passed")) => counts.passed = number,
            Some((number, "failed")) => counts.failed = number,
            _ => {}
        }
    }
    counts
}

fn number_and_word(field: &str) -> Option<(u64, &str)> {
    let (number, word) = field.trim().split_once(' ')?;
    Some((number.parse().ok()?, word.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_BINARIES: &str = "running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s
";

    #[test]
    fn cargo_sums_its_binaries() {
        let counts = counts_from_output(Runner::Cargo, false, TWO_BINARIES);
        assert_eq!(
            counts,
            Counts {
                passed: 7,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        let output = "✔ a (3ms)\nℹ tests 4\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n";
        let counts = counts_from_output(Runner::Node, false, output);
        assert_eq!((counts.passed, counts.failed), (2, 2));
    }

    #[test]
    fn a_summary_is_the_last_line() {
        let output = "1 passed, 9 failed\nworst error 1e-5\n120 passed, 0 failed\n\n";
        let counts = counts_from_output(Runner::Summary, true, output);
        assert_eq!((counts.passed, counts.failed), (120, 0));
    }

    #[test]
    fn failure_without_a_failed_test_still_fails() {
        for runner in [Runner::Cargo, Runner::Node, Runner::Summary] {
            assert!(!counts_from_output(runner, false, "does not compile").is_ok());
            assert!(!counts_from_output(runner, true, "nothing ran").is_ok());
        }
        let all_well = "test result: ok. 3 passed; 0 failed; 0 ignored";
        assert!(!counts_from_output(Runner::Cargo, false, all_well).is_ok());
        assert!(counts_from_output(Runner::Cargo, true, all_well).is_ok());
    }
}
