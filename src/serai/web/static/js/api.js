// The server: one envelope {ok, data | errors, record}; work that takes longer is a job.

export class Refused extends Error {
  constructor(errors) {
    super(errors.map((e) => e.message).join("\n"));
    this.errors = errors;
  }
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused([{ kind: "Offline", message: "The server does not answer; start it again with `serai serve`, then reload." }]);
  }
  let envelope;
  try {
    envelope = await response.json();
  } catch {
    throw new Refused([{ kind: "Broken", message: `The server's answer to ${path} could not be read (${response.status}).` }]);
  }
  if (!envelope.ok) throw new Refused(envelope.errors);
  return envelope;
}

export const get = async (path, signal) => (await ask(path, { signal })).data;

export const post = async (path, body, signal) => (await ask(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
})).data;

const kept = new Map();

/** What does not change while the server runs. */
export function fixed(name) {
  if (!kept.has(name)) kept.set(name, get(`/api/${name}`));
  return kept.get(name);
}

/**
 * Start a job and follow it. onResult is told every result, and whether it is the last word.
 * Returns {promise, cancel}.
 */
export function follow(path, body, { onJob = () => {}, onResult = () => {} } = {}) {
  let id = null, off = false;
  const cancel = () => {
    off = true;
    if (id) fetch(`/api/jobs/${id}`, { method: "DELETE" }).catch(() => {});
  };
  const run = async () => {
    let job = await post(path, body);
    id = job.id;
    if (off) { cancel(); return null; }
    onJob(job);
    let shown = -1, result = null;
    for (;;) {
      if (job.has_result && (job.is_final || shown < 0)) {
        shown = job.version;
        result = await get(`/api/jobs/${id}/result`);
        if (off) return null;
        onResult(result, job.is_final);
      }
      if (job.state === "failed") throw new Refused(job.errors);
      if (job.state === "done" || job.state === "cancelled") return job.state === "done" ? result : null;
      job = await get(`/api/jobs/${id}?after=${job.version}&wait_s=15`);
      if (off) return null;
      onJob(job);
    }
  };
  return { promise: run(), cancel };
}
