// Words in the language of the page, written by the server into #words.
const store = document.getElementById('words');

/** The word kept as data-<name> (camel case here). */
export function word(name) {
  return store?.dataset[name] ?? '';
}
