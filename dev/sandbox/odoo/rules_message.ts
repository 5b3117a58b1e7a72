/** Messages: who wrote them when nobody says so, and what they must belong to. */
import { accessError, missingError, OdooException } from "./exceptions.ts";
import { formatDatetime } from "./moments.ts";
import type { Rules } from "./session.ts";

export const MESSAGE_RULES: Rules = {
  beforeCreate(session, given) {
    const { model, res_id: record } = given;
    if (typeof model === "string" && typeof record === "number" && record !== 0) {
      if (!Object.hasOwn(session.schema, model)) throw new OdooException("builtins.KeyError", model, 500);
      if (session.database.row(model, record) === undefined) {
        throw missingError(model, record, session.userId);
      }
    }
    const own = session.database.row("res.users", session.userId)?.partner_id;
    return { author_id: own, date: formatDatetime(session.startedAt), ...given };
  },

  beforeWrite(session, _row, given) {
    // Also with the values they have: a plain user's second `load()` with these columns is refused.
    if (!session.administrator && ("model" in given || "res_id" in given)) {
      throw accessError("Only administrators can modify 'model' and 'res_id' fields.");
    }
    return given;
  },
};
