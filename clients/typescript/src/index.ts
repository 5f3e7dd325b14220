import createClient, { type Client, type FetchOptions, type Middleware } from "openapi-fetch";
import { ProblemError, problemOf } from "./problem.js";
import { retrying } from "./retry.js";
import type { components, paths } from "./schema.js";

export { ProblemError } from "./problem.js";
export type { Problem } from "./problem.js";
export type { components, paths } from "./schema.js";

/** A schema of the platform by its name: `Schemas["ComplaintOut"]`. */
export type Schemas = components["schemas"];

export interface Options {
  /** The platform's address; in a browser on the same origin it may be left out. */
  baseUrl?: string;
  /** An access token, or what gets one, for clients which are no browser; a browser uses its session cookie. */
  token?: string | (() => string | Promise<string>);
  /** `zh-CN` or `en`: the language of titles and details. */
  language?: string;
  /** How often a call is repeated when the platform asks for it (429, 503) or the connection breaks; 2 if not given. */
  attempts?: number;
  /** Sent with every call. */
  headers?: Record<string, string>;
  fetch?: (request: Request) => Promise<Response>;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** A client whose paths, parameters, bodies and answers are typed. Every refusal is thrown as a `ProblemError`. */
export function createYiwang(options: Options = {}): Client<paths> {
  const client = createClient<paths>({
    baseUrl: options.baseUrl ?? "",
    credentials: "same-origin",
    headers: options.headers ?? {},
    fetch: retrying(options.fetch ?? ((request) => fetch(request)), { attempts: options.attempts ?? 2 }),
  });
  client.use(middleware(options));
  return client;
}

function middleware(options: Options): Middleware {
  return {
    async onRequest({ request }) {
      if (!SAFE.has(request.method)) request.headers.set("X-CSRF", "1");
      if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      if (options.language) request.headers.set("Accept-Language", options.language);
      const token = typeof options.token === "function" ? await options.token() : options.token;
      if (token) request.headers.set("Authorization", `Bearer ${token}`);
      return request;
    },
    async onResponse({ response }) {
      if (response.status >= 400) throw new ProblemError(await problemOf(response), response);
      return undefined;
    },
  };
}

/** The content of an answer. Refusals never come this far: they are thrown. */
export function content<T>(answer: { data?: T; response: Response }): T {
  return answer.data as T;
}

/** The version of what was read, to be sent back as `If-Match` with an edit. */
export function version(answer: { response: Response }): string {
  const etag = answer.response.headers.get("ETag");
  if (etag === null) throw new TypeError(`${answer.response.url} has no version`);
  return etag;
}

type PageOf<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Page } } } };
}
  ? Page
  : never;

/** The paths that answer with pages. */
export type ListPath = {
  [P in keyof paths]: PageOf<P> extends { items: unknown[]; next_cursor?: string | null } ? P : never;
}[keyof paths];

/** What a page of `P` is made of. */
export type ItemOf<P extends ListPath> = PageOf<P> extends { items: (infer Item)[] } ? Item : never;

type Query<P extends ListPath> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;

type Get = (path: string, init: FetchOptions<unknown>) => Promise<{ data?: unknown; response: Response }>;

/** Every item of a list, page after page, however long it is: `for await (const row of items(api, path, query))`. */
export async function* items<P extends ListPath>(
  client: Client<paths>,
  path: P,
  query?: Query<P>,
  init: { params?: { path?: Record<string, string> } } = {},
): AsyncGenerator<ItemOf<P>> {
  let cursor: string | null | undefined;
  do {
    const asked = { ...(query ?? {}), ...(cursor ? { cursor } : {}) };
    const options = { ...init, params: { ...init.params, query: asked } } as FetchOptions<unknown>;
    const page = content(await (client.GET as unknown as Get)(path, options)) as {
      items: ItemOf<P>[];
      next_cursor?: string | null;
    };
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor);
}
