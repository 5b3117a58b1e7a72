/** What holds for edits on both sides, whichever Odoo it is. */
import { CONFLICTS } from "./conflicts.ts";
import { FIELDS } from "./fields.ts";
import type { BothWaysCase } from "./pair.ts";
import { RECORDS } from "./records.ts";

export const BOTH_WAYS: readonly BothWaysCase[] = [...FIELDS, ...RECORDS, ...CONFLICTS];
