/** What the models do by themselves when records are made, changed and deleted. */
import type { Row } from "./database.ts";
import { PROJECT_RULES } from "./rules_project.ts";
import { TASK_RULES } from "./rules_task.ts";
import { MILESTONE_RULES, STAGE_RULES, TAG_RULES, USER_RULES } from "./rules_small.ts";
import type { Session } from "./session.ts";

type Values = Record<string, unknown>;

export interface Rules {
  /** The values to create with; may refuse. */
  beforeCreate?(session: Session, given: Values): Values;
  afterCreate?(session: Session, id: number): void;
  /** The values to write to this row; may refuse. */
  beforeWrite?(session: Session, row: Row, given: Values): Values;
  /** `row` is as it was before. */
  afterWrite?(session: Session, row: Row, values: Values): void;
  /** Constraints, looked at after each change. */
  check?(session: Session, id: number): void;
  beforeUnlink?(session: Session, row: Row): void;
}

/** Asked at call time: the rules and the record operations need each other. */
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
