/**
 * What the synchronisation relies on in Odoo 19, as executable statements: run against the sandbox in every test run,
 * and against a real Odoo wherever there is one.
 */
import { BATCHES } from "./odoo/batches.ts";
import { CALLS } from "./odoo/calls.ts";
import { CHATTER } from "./odoo/chatter.ts";
import { CUSTOM_FIELDS } from "./odoo/custom_fields.ts";
import { DOCUMENTS } from "./odoo/documents.ts";
import { FAILURES } from "./odoo/failures.ts";
import { HTML } from "./odoo/html.ts";
import { LOADING } from "./odoo/loading.ts";
import { MESSAGES } from "./odoo/messages.ts";
import { MILESTONES } from "./odoo/milestones.ts";
import { PLAIN_USER } from "./odoo/plain_user.ts";
import { PROJECTS } from "./odoo/projects.ts";
import { REFERENCES } from "./odoo/references.ts";
import { SEARCHING } from "./odoo/searching.ts";
import { TASKS } from "./odoo/tasks.ts";
import type { ContractCase } from "./odoo/under_test.ts";

/** Every case makes its own records and leaves others alone. */
export const ODOO_CONTRACT: readonly ContractCase[] = [
  ...BATCHES,
  ...CALLS,
  ...CHATTER,
  ...CUSTOM_FIELDS,
  ...DOCUMENTS,
  ...FAILURES,
  ...HTML,
  ...LOADING,
  ...MESSAGES,
  ...MILESTONES,
  ...PLAIN_USER,
  ...PROJECTS,
  ...REFERENCES,
  ...SEARCHING,
  ...TASKS,
];
