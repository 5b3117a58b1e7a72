/** Projects: dates come in pairs, archiving and deleting takes the tasks along. */
import { forgetMessages } from "./chatter.ts";
import { constraintError } from "./exceptions.ts";
import { forgetExternals } from "./external_ids.ts";
import { stamp } from "./records.ts";
import type { Rules } from "./session.ts";

export const PROJECT_RULES: Rules = {
  beforeCreate(session, given) {
    return { user_id: session.userId, ...given };
  },

  beforeWrite(_session, row, given) {
    const values = { ...given };
    const [start, end] = ["date_start" in given, "date" in given];
    // One date without the other is dropped, and clearing one clears both.
    if ((start && !given.date_start) || (end && !given.date)) {
      values.date_start = false;
      values.date = false;
    } else if (start && !end && row.date === false) delete values.date_start;
    else if (end && !start && row.date_start === false) delete values.date;
    return values;
  },

  check(session, id) {
    const row = session.database.row("project.project", id);
    if (typeof row?.date_start === "string" && typeof row.date === "string" && row.date_start > row.date) {
      throw constraintError("The project's start date must be before its end date.");
    }
  },

  afterWrite(session, before, values) {
    if (!("active" in values)) return;
    const active = session.database.row("project.project", before.id)?.active ?? true;
    for (const task of session.database.rows("project.task")) {
      // Also back again: a task archived on its own before comes back with the others.
      if (task.project_id === before.id) {
        session.database.update("project.task", task.id, { active, ...stamp(session) });
      }
    }
  },

  beforeUnlink(session, row) {
    for (const model of ["project.task", "project.milestone"]) {
      for (const owned of session.database.rows(model)) {
        if (owned.project_id !== row.id) continue;
        session.database.remove(model, owned.id);
        forgetExternals(session, model, owned.id);
        forgetMessages(session, model, owned.id);
      }
    }
    for (const stage of session.database.rows("project.task.type")) {
      if (Array.isArray(stage.project_ids) && stage.project_ids.includes(row.id)) {
        const left = stage.project_ids.filter((id: number) => id !== row.id);
        session.database.update("project.task.type", stage.id, { project_ids: left });
      }
    }
  },
};
