/** What the models do by themselves when records are made, changed and deleted. */
import { PROJECT_RULES } from "./rules_project.ts";
import { TASK_RULES } from "./rules_task.ts";
import { MILESTONE_RULES, STAGE_RULES, TAG_RULES, USER_RULES } from "./rules_small.ts";
import type { Rules } from "./session.ts";

export function rulesOf(model: string): Rules {
  switch (model) {
    case "project.milestone":
      return MILESTONE_RULES;
    case "project.project":
      return PROJECT_RULES;
    case "project.tags":
      return TAG_RULES;
    case "project.task":
      return TASK_RULES;
    case "project.task.type":
      return STAGE_RULES;
    case "res.users":
      return USER_RULES;
    default:
      return {};
  }
}
