/** The chatter: messages and their subtypes. */
import { type Model, model } from "./field.ts";

const TYPES = [
  ["email", "Incoming Email"],
  ["comment", "Comment"],
  ["email_outgoing", "Outgoing Email"],
  ["notification", "System notification"],
  ["auto_comment", "Automated Targeted Notification"],
  ["out_of_office", "Out-of-office Message"],
  ["user_notification", "User Specific Notification"],
] as const;

export function messageModels(): Model[] {
  return [
    model("mail.message", "Message", "id desc", {
      body: { kind: "html", label: "Contents", initial: "" },
      model: { kind: "char", label: "Related Document Model" },
      res_id: { kind: "many2one_reference", label: "Related Document ID" },
      message_type: { kind: "selection", label: "Type", required: true, keys: TYPES, initial: "comment" },
      subtype_id: { kind: "many2one", label: "Subtype", relation: "mail.message.subtype" },
      author_id: { kind: "many2one", label: "Author", relation: "res.partner" },
      date: { kind: "datetime", label: "Date" },
      is_internal: { kind: "boolean", label: "Employee Only" },
    }),
    model("mail.message.subtype", "Message subtypes", "id", {
      name: { kind: "char", label: "Message Type", required: true, translated: true },
      internal: { kind: "boolean", label: "Internal Only" },
      res_model: { kind: "char", label: "Model" },
    }),
  ];
}
