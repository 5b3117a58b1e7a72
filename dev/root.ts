import { fileURLToPath } from "node:url";

/** The project's folder with a slash at the end, also where its name has spaces or other letters. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
