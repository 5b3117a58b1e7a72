/** What the models do by themselves when records are made, changed and deleted. */
import { MOVE_LINE_RULES, MOVE_RULES, ORDER_LINE_RULES, ORDER_RULES } from "./rules_documents.ts";
import { FIELD_RULES } from "./rules_fields.ts";
import { MESSAGE_RULES } from "./rules_message.ts";
import { PROJECT_RULES } from "./rules_project.ts";
import { MILESTONE_RULES, STAGE_RULES, TAG_RULES, USER_RULES } from "./rules_small.ts";
import { TASK_RULES } from "./rules_task.ts";
import type { Rules } from "./session.ts";

const RULES: ReadonlyMap<string, Rules> = new Map([
  ["account.move", MOVE_RULES],
  ["account.move.line", MOVE_LINE_RULES],
  ["ir.model.fields", FIELD_RULES],
  ["mail.message", MESSAGE_RULES],
  ["project.milestone", MILESTONE_RULES],
  ["project.project", PROJECT_RULES],
  ["project.tags", TAG_RULES],
  ["project.task", TASK_RULES],
  ["project.task.type", STAGE_RULES],
  ["res.users", USER_RULES],
  ["sale.order", ORDER_RULES],
  ["sale.order.line", ORDER_LINE_RULES],
]);
const NONE: Rules = {};

export function rulesOf(model: string): Rules {
  return RULES.get(model) ?? NONE;
}
