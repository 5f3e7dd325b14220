const REPEATABLE = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const PASSING = new Set([429, 502, 503, 504]);
const LONGEST_SECONDS = 30;

export interface RetryOptions {
  /** How often a call is repeated at most; 0 switches repeating off. */
  attempts: number;
}

type Fetch = (request: Request) => Promise<Response>;

/**
 * A fetch that repeats what may be repeated: safe and idempotent methods, and a POST with its Idempotency-Key, which the
 * platform answers the same twice. It waits as long as `Retry-After` says, and not at all for longer than half a minute.
 */
export function retrying(inner: Fetch, options: RetryOptions): Fetch {
  return async (request) => {
    const repeatable = REPEATABLE.has(request.method) || request.headers.has("Idempotency-Key");
    for (let attempt = 0; ; attempt += 1) {
      const last = !repeatable || attempt >= options.attempts;
      try {
        const response = await inner(last ? request : request.clone());
        const seconds = waitOf(response, attempt);
        if (last || !PASSING.has(response.status) || seconds > LONGEST_SECONDS) return response;
        await response.body?.cancel();
        await sleep(seconds);
      } catch (error) {
        if (last || request.signal.aborted) throw error;
        await sleep(0.2 * 2 ** attempt);
      }
    }
  };
}

function waitOf(response: Response, attempt: number): number {
  const told = Number(response.headers.get("Retry-After"));
  return Number.isFinite(told) && told > 0 ? told : 0.2 * 2 ** attempt;
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
