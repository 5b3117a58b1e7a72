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

const NONE: Rules = {};
const ALL: Readonly<Record<string, Rules>> = {
  "project.milestone": MILESTONE_RULES,
  "project.project": PROJECT_RULES,
  "project.tags": TAG_RULES,
  "project.task": TASK_RULES,
  "project.task.type": STAGE_RULES,
  "res.users": USER_RULES,
};

export function rulesOf(model: string): Rules {
  return ALL[model] ?? NONE;
}
