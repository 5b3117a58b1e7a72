/** Stages, tags, milestones and users. */
import { constraintError, stillUsed, userError } from "./exceptions.ts";
import { formatDatetime } from "./moments.ts";
import { createRecord, stamp } from "./records.ts";
import type { Rules, Session } from "./session.ts";

export const STAGE_RULES: Rules = {
  beforeCreate(session, given) {
    const shared = Array.isArray(given.project_ids) && given.project_ids.length > 0;
    // A stage of no project is a personal stage of whoever makes it.
    return shared || given.user_id !== undefined ? given : { ...given, user_id: session.userId };
  },
  check(session, id) {
    const row = session.database.row("project.task.type", id);
    if (row?.user_id !== false && Array.isArray(row?.project_ids) && row.project_ids.length > 0) {
      throw userError(
        "A personal stage cannot be linked to a project because it is only visible to its corresponding user.",
      );
    }
  },
  afterWrite(session, before, values) {
    if (values.active !== false) return;
    for (const task of session.database.rows("project.task")) {
      if (task.stage_id === before.id) {
        session.database.update("project.task", task.id, { active: false, ...stamp(session) });
      }
    }
  },
  beforeUnlink(session, row) {
    for (const task of session.database.rows("project.task")) {
      if (task.stage_id === row.id) throw stillUsed("'Task' (project.task)", "'Stage' (stage_id)");
    }
  },
};

export const TAG_RULES: Rules = {
  check(session, id) {
    const name = session.database.row("project.tags", id)?.name;
    for (const other of session.database.rows("project.tags")) {
      if (other.id !== id && other.name === name) {
        throw constraintError("A tag with the same name already exists.", "name");
      }
    }
  },
  beforeUnlink(session, row) {
    for (const model of ["project.task", "project.project"]) {
      for (const tagged of session.database.rows(model)) {
        if (Array.isArray(tagged.tag_ids) && tagged.tag_ids.includes(row.id)) {
          const left = tagged.tag_ids.filter((id: number) => id !== row.id);
          session.database.update(model, tagged.id, { tag_ids: left });
        }
      }
    }
  },
};

export const MILESTONE_RULES: Rules = {
  afterCreate(session, id) {
    if (session.database.row("project.milestone", id)?.is_reached === true) reach(session, id, true);
  },
  afterWrite(session, before, values) {
    if (!("is_reached" in values)) return;
    reach(session, before.id, session.database.row("project.milestone", before.id)?.is_reached === true);
  },
  beforeUnlink(session, row) {
    for (const task of session.database.rows("project.task")) {
      if (task.milestone_id === row.id) {
        session.database.update("project.task", task.id, { milestone_id: false });
      }
    }
  },
};

function reach(session: Session, id: number, reached: boolean): void {
  const today = formatDatetime(session.startedAt).slice(0, 10);
  session.database.update("project.milestone", id, { reached_date: reached ? today : false });
}

export const USER_RULES: Rules = {
  beforeCreate(session, given) {
    if (given.partner_id !== undefined) return given;
    const partner = createRecord(session, "res.partner", { name: given.name, email: given.email });
    return { ...given, partner_id: partner };
  },
  check(session, id) {
    const login = session.database.row("res.users", id)?.login;
    for (const other of session.database.rows("res.users")) {
      if (other.id !== id && other.login === login) {
        throw constraintError("You can not have two users with the same login!");
      }
    }
  },
};
