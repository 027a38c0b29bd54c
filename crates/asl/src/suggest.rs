//! Suggestions for misspelled names.

/// Returns whether a guess is certain: it is similar to the word, and every other name is less similar.
pub(crate) fn is_certain<'a>(
    word: &str,
    guess: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> bool {
    let lower = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    let closest = distance(guess);
    closest <= 2
        && known
            .into_iter()
            .filter(|name| *name != guess)
            .all(|name| distance(name) >= closest + 2)
}

/// Returns the most similar known name, or `None` if all of them are too different.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = word.chars().count();
    known
        .into_iter()
        // Names of a very different length cannot match, and counting is cheaper than comparing.
        .filter(|name| name.chars().count().abs_diff(length) <= 1.max(length / 3))
        .map(|name| {
            (
                strsim::damerau_levenshtein(&lower, &name.to_lowercase()),
                name,
            )
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= 1.max(name.chars().count().min(length) / 3))
        .map(|(_, name)| name)
}
