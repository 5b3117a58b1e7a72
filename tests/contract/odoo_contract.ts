/**
 * What the synchronisation relies on in Odoo 19, as executable statements: run against the sandbox in every test run,
 * and against a real Odoo wherever there is one.
 */
import { CALLS } from "./odoo/calls.ts";
import { FAILURES } from "./odoo/failures.ts";
import { HTML } from "./odoo/html.ts";
import { LOADING } from "./odoo/loading.ts";
import { PROJECTS } from "./odoo/projects.ts";
import { SEARCHING } from "./odoo/searching.ts";
import { TASKS } from "./odoo/tasks.ts";
import type { ContractCase } from "./odoo/under_test.ts";

/** Every case makes its own records and leaves others alone. */
export const ODOO_CONTRACT: readonly ContractCase[] = [
  ...CALLS,
  ...FAILURES,
  ...HTML,
  ...LOADING,
  ...PROJECTS,
  ...SEARCHING,
  ...TASKS,
];
