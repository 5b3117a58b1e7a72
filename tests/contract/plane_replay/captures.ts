/** The captured traffic of a real Plane: what was asked, what was answered, what was sent to the receiver. */
import { z } from "zod";

const headers = z.record(z.string(), z.string());

const capturedCall = z.object({
  note: z.string(),
  as: z.string().nullable(),
  method: z.string(),
  path: z.string(),
  request_headers: headers,
  request_body: z.string().nullable(),
  status: z.number(),
  response_headers: headers,
  response_body: z.string(),
});

const capturedWebhook = z.object({
  seq: z.number(),
  note: z.string(),
  method: z.string(),
  path: z.string(),
  headers,
  body: z.string(),
});

/** `number` counts the lines of the file from 1. */
export type CapturedCall = z.output<typeof capturedCall> & { readonly number: number };
export type CapturedWebhook = z.output<typeof capturedWebhook>;

const folder = new URL("../../fixtures/plane/", import.meta.url);

function lines(name: string): string[] {
  return Deno.readTextFileSync(new URL(name, folder)).split("\n").filter(Boolean);
}

export function capturedCalls(): CapturedCall[] {
  return lines("api.jsonl").map((line, index) => ({
    ...capturedCall.parse(JSON.parse(line)),
    number: index + 1,
  }));
}

export function capturedWebhooks(): CapturedWebhook[] {
  return lines("webhooks.jsonl").map((line) => capturedWebhook.parse(JSON.parse(line)));
}

/** The ids the captures' README names. */
export const CAPTURED_IDS = {
  workspace: "d35275a2-3713-409e-836d-77c50c22f8d1",
  alice: "a49d36e7-803b-48d6-92eb-2f686d0e7cc9",
  bob: "e71da80b-2247-4cfb-b969-a554fc4336a7",
  gus: "5cb42ea2-2acc-4557-822a-6a6409848d72",
  bot: "3d6c6bd8-9db1-4a46-806a-e7a4d3cf3c30",
  otto: "98ed6c71-95b6-44d7-8db7-b85da2c59762",
} as const;
