//! The runtimes of Lambda, from the table that `cargo xtask update-aws` writes.

/// The runtimes. The first line has the version and the date of the table.
const TABLE: &str = include_str!("runtimes.txt");

/// Deprecation dates of a retired runtime (Lambda developer guide, "Runtime deprecation policy").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retired {
    /// Deprecation date.
    pub(crate) since: &'static str,
    /// Date from which Lambda blocks creating functions.
    pub(crate) uncreatable: Option<&'static str>,
    /// Date from which Lambda blocks updating functions.
    pub(crate) unchangeable: Option<&'static str>,
    /// Recommended runtime.
    pub(crate) successor: Option<&'static str>,
}

/// Returns the dates of a runtime that is retired at the date of the table. `None` for other runtimes.
pub(crate) fn retired(runtime: &str) -> Option<Retired> {
    let day = TABLE.lines().next()?.rsplit(' ').next()?;
    let mut fields = TABLE
        .lines()
        .skip(1)
        .find_map(|line| line.strip_prefix(runtime)?.strip_prefix(' '))?
        .split(' ');
    let mut field = || fields.next().filter(|field| *field != "-");
    let since = field().filter(|since| *since <= day)?;
    Some(Retired {
        since,
        uncreatable: field(),
        unchangeable: field(),
        successor: field(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_have_their_days() {
        let python = retired("python3.10").unwrap();
        assert_eq!(
            (python.since, python.unchangeable),
            ("2026-10-31", Some("2027-03-03"))
        );
        assert!(
            python
                .successor
                .is_some_and(|successor| successor.starts_with("python3."))
        );
        assert_eq!(retired("dotnet9").unwrap().uncreatable, None);
        for current in ["python3.14", "nodejs24.x", "python3", "", "-"] {
            assert_eq!(retired(current), None, "{current}");
        }
        for runtime in ["dotnet8", "provided.al2", "nodejs20.x", "go1.x", "java8"] {
            assert!(retired(runtime).is_some(), "{runtime}");
        }
    }
}
