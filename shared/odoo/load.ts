/**
 * The answer of Odoo's `load()`. It says 200 even when it did nothing: then `ids` is false and `messages` holds the
 * reasons, and all rows of the call are rolled back.
 */
import { z } from "zod";
import { type ErrorCode, SuiteError } from "../errors.ts";

const answerShape = z.object({
  ids: z.union([z.array(z.number().int()), z.literal(false)]),
  messages: z.array(z.looseObject({
    message: z.string().catch(""),
    field: z.string().optional().catch(undefined),
    record: z.number().int().optional().catch(undefined),
    type: z.string().optional().catch(undefined),
    moreinfo: z.looseObject({
      domain: z.array(z.tuple([z.literal("model"), z.literal("="), z.string().regex(/^[a-z][a-z0-9_.]*$/)])),
    }).optional().catch(undefined),
  })),
});

/** Two loads of one new external id: the loser is told so in the text, and Odoo does not repeat it by itself. */
const LOST_RACE =
  /could not serialize access|deadlock detected|could not obtain lock|SerializationFailure|DeadlockDetected/i;
const NO_TARGET = /^No matching record found for /;

/**
 * The ids, one per row. Throws `odoo_conflict` for a lost race, `odoo_missing_record` when a relation names a
 * record that is not there, `odoo_rejected` otherwise; facts: `field` (its technical name; `fields` without a path
 * into a relation), `row` (from 0) and `missingModel` (what the relation points at).
 */
export function loadedIds(answer: unknown, model: string, rows: number): number[] {
  const at = { model, method: "load" };
  const parsed = answerShape.safeParse(answer);
  if (!parsed.success || (parsed.data.ids !== false && parsed.data.ids.length !== rows)) {
    throw new SuiteError("odoo_bad_answer", {
      message: `Odoo's answer to ${model}/load has an unexpected shape.`,
      outcomeUnknown: true,
      facts: at,
    });
  }
  const { ids, messages } = parsed.data;
  if (ids !== false) return ids;
  const reason = messages.find((message) => message.type === "error") ?? messages[0];
  const field = reason?.field?.match(/^[a-z_][\w/.]{0,80}$/i)?.[0];
  const code = codeOf(messages.map((message) => message.message));
  const missingModel = code === "odoo_missing_record" ? reason?.moreinfo?.domain[0]?.[2] : undefined;
  throw new SuiteError(code, {
    message: `${model}/load was refused by Odoo${field === undefined ? "" : ` because of ${field}`}.`,
    facts: {
      ...at,
      messages: messages.length,
      ...(field === undefined ? {} : { field, fields: field.replace(/\/.*/, "") }),
      ...(missingModel === undefined ? {} : { missingModel }),
      ...(reason?.record === undefined ? {} : { row: reason.record }),
    },
  });
}

function codeOf(texts: string[]): ErrorCode {
  if (texts.some((text) => LOST_RACE.test(text))) return "odoo_conflict";
  if (texts.some((text) => NO_TARGET.test(text))) return "odoo_missing_record";
  return "odoo_rejected";
}
