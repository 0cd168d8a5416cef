//! Kafka's names in Rust's spelling.

/// `TransactionalId` as `transactional_id`; a keyword gets an underscore behind it.
pub(crate) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 8);
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let starts_word = c.is_uppercase()
            && before.is_some_and(|b| {
                !b.is_uppercase() || chars.get(i + 1).is_some_and(|next| next.is_lowercase())
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    if matches!(
        snake.as_str(),
        "match" | "type" | "ref" | "where" | "move" | "use"
    ) {
        snake.push('_');
    }
    snake
}
