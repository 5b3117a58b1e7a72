/** The exceptions Odoo raises towards its callers: name, text, and the HTTP status JSON-2 gives them. */

export class OdooException extends Error {
  /** `field` is what a database constraint names as its one column; only `load()` passes it on. */
  constructor(
    readonly exception: string,
    message: string,
    readonly status: number,
    readonly field?: string,
  ) {
    super(message);
  }
}

export function missingError(model: string, id: number, userId: number): OdooException {
  const text = `Record does not exist or has been deleted.\n(Record: ${model}(${id},), User: ${userId})`;
  return new OdooException("odoo.exceptions.MissingError", text, 404);
}

export function accessError(text: string): OdooException {
  return new OdooException("odoo.exceptions.AccessError", text, 403);
}

export function accessDenied(): OdooException {
  return new OdooException("odoo.exceptions.AccessDenied", "Access Denied", 403);
}

export function userError(text: string): OdooException {
  return new OdooException("odoo.exceptions.UserError", text, 422);
}

/** A constraint of the model or the database; the server puts the first sentence in front of the latter. */
export function validationError(text: string): OdooException {
  return new OdooException("odoo.exceptions.ValidationError", text, 422);
}

export function constraintError(text: string, field?: string): OdooException {
  const full = `The operation cannot be completed: ${text}`;
  return new OdooException("odoo.exceptions.ValidationError", full, 422, field);
}

/** A constraint of the database rather than of the models; `load()` tells them apart. */
export function isConstraint(exception: OdooException): boolean {
  return exception.message.startsWith("The operation cannot be completed: ");
}

export function missingRequired(
  field: { name: string; label: string },
  model: { name: string; label: string },
) {
  return constraintError(
    `Missing required value for the field '${field.label}' (${field.name}).\n` +
      `Model: '${model.label}' (${model.name})\n- create/update: a mandatory field is not set\n` +
      `- delete: another model requires the record being deleted, you can archive it instead\n`,
    field.name,
  );
}

export function stillUsed(troublemaker: string, constraint: string): OdooException {
  return constraintError(
    `Another model is using the record you are trying to delete.\n\nThe troublemaker is: ${troublemaker}\n` +
      `Thanks to the following constraint: ${constraint}\nHow about archiving the record instead?`,
  );
}

export function valueError(text: string): OdooException {
  return new OdooException("builtins.ValueError", text, 500);
}

export function typeError(text: string): OdooException {
  return new OdooException("builtins.TypeError", text, 500);
}

export function notFound(text: string): OdooException {
  return new OdooException("werkzeug.exceptions.NotFound", text, 404);
}

export function unprocessable(text: string): OdooException {
  return new OdooException("werkzeug.exceptions.UnprocessableEntity", text, 422);
}

/** The five attempts Odoo makes by itself are over. */
export function serializationFailure(): OdooException {
  const text = "could not serialize access due to concurrent update\n";
  return new OdooException("psycopg2.errors.SerializationFailure", text, 500);
}
