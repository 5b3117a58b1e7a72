/** What both protocols offer and what they are given. */
import type { OdooVersion } from "./version.ts";

export interface TransportCall {
  model: string;
  method: string;
  args: Record<string, unknown>;
  context: Record<string, unknown>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

export interface OdooTransport {
  readonly protocol: "json2" | "jsonrpc";
  call(call: TransportCall): Promise<unknown>;
  version(call: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined }): Promise<OdooVersion>;
}

/** Address and credentials in the form both protocols use. */
export interface Connection {
  /** Without a trailing slash. */
  url: string;
  database: string | undefined;
  login: string | undefined;
  apiKey: string;
}
