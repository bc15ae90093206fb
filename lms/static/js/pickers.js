// The pickers of a division and of an organization, for every page that has one.
import { startDivisionPicker } from './division-picker.js';
import { startOrganizationPicker } from './organization-picker.js';

document.querySelectorAll('[data-division-picker]').forEach(startDivisionPicker);
document.querySelectorAll('[data-organization-picker]').forEach(startOrganizationPicker);
