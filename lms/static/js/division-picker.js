// Province, city, county, street: each choice shows the select of the next level.

function option(value, text) {
  const made = document.createElement('option');
  made.value = value;
  made.textContent = text;
  return made;
}

function selectOf(picker, name, divisions) {
  const select = document.createElement('select');
  select.className = 'form-select';
  select.name = name;
  select.setAttribute('aria-label', divisions[0].label);
  select.append(option('', picker.dataset.choose.replace('{level}', divisions[0].label)));
  select.append(...divisions.map((each) => option(each.code, each.name)));
  return select;
}

async function divisionsBelow(picker, code) {
  const answer = await fetch(`${picker.dataset.divisionPicker}?parent=${encodeURIComponent(code)}`);
  return answer.ok ? (await answer.json()).divisions : [];
}

function removeAfter(select) {
  while (select.nextElementSibling) select.nextElementSibling.remove();
}

/** The code chosen in a picker: that of its deepest select with a choice. */
export function chosenDivision(picker) {
  const chosen = [...picker.querySelectorAll('select')].map((select) => select.value);
  return chosen.filter(Boolean).at(-1) ?? '';
}

async function showNext(picker, select) {
  removeAfter(select);
  const code = select.value;
  if (!code) return;
  // Without the network the form still goes off, and comes back with the next level.
  const divisions = await divisionsBelow(picker, code).catch(() => []);
  if (select.value !== code || select.nextElementSibling || !divisions.length) return;
  select.after(selectOf(picker, select.name, divisions));
}

/** Let a picker show the next level whenever one is chosen. */
export function startDivisionPicker(picker) {
  picker.addEventListener('change', async (event) => {
    await showNext(picker, event.target);
    picker.dispatchEvent(new CustomEvent('division:change', { bubbles: true }));
  });
}
