// Type the beginning of a name, choose an organization from the list.
import { Combobox } from './combobox.js';
import { chosenDivision } from './division-picker.js';

class OrganizationPicker extends Combobox {
  focused() {
    if (this.root.dataset.divisionField && !this.hidden.value) this.search();
  }

  canSearch() {
    return super.canSearch() || Boolean(this.division());
  }

  address() {
    const query = new URLSearchParams({ q: this.text });
    this.root.dataset.kinds.split(' ').forEach((kind) => query.append('kind', kind));
    const division = this.division();
    if (division) query.set('division', division);
    return `${this.root.dataset.organizationPicker}?${query}`;
  }

  rowsOf({ organizations }) {
    return organizations;
  }

  division() {
    const id = this.root.dataset.divisionField;
    const picker = id && document.getElementById(id);
    return picker ? chosenDivision(picker) : '';
  }
}

/** Let a field offer organizations while one types. */
export function startOrganizationPicker(root) {
  new OrganizationPicker(root);
}
