import type { components } from "./schema.js";

/** A refusal of the platform (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** Thrown for every answer that is not a success. `code` is stable; `title` and `detail` are for people. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly response: Response;

  constructor(problem: Problem, response: Response) {
    super(problem.detail ?? problem.title);
    this.name = "ProblemError";
    this.problem = problem;
    this.response = response;
  }

  get status(): number {
    return this.response.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** Whoever operates the platform finds the call by this id. */
  get traceId(): string {
    return this.problem.trace_id;
  }
}

/** The problem of a failed answer; one of our own making when the answer holds none (a proxy in between, a page). */
export async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get("content-type")?.startsWith("application/problem+json")) {
    return (await response.clone().json()) as Problem;
  }
  return {
    type: "about:blank",
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    instance: new URL(response.url || "http://unknown/").pathname,
    code: "not_a_problem",
    errors: [],
    trace_id: "",
  };
}
