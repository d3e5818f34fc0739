// Sign-in, navigation, and the view that the address names.
import { html } from "mien/html";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, call } from "mien/api";
import { Compare } from "mien/compare";
import { Jobs } from "mien/jobs";
import { Result } from "mien/result";
import { Send } from "mien/send";
import { address, credentials, message, signIn, signOut, useSignal } from "mien/state";

const MESSAGE_MS = 8000;

function App() {
  const who = useSignal(credentials);
  const { view, id } = useSignal(address);
  useEffect(() => {
    document.title = `${who ? TITLES[view] || "Jobs" : "Sign in"} - Mien`;
  }, [view, Boolean(who)]);
  if (!who) return html`<${SignIn} />`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href="#/jobs">Mien</a>
      <nav aria-label="Views">
        <a href="#/jobs" aria-current=${view === "jobs" || view === "job" ? "page" : null}>Jobs</a>
        <a href="#/send" aria-current=${view === "send" ? "page" : null}>Send</a>
        <a href="#/compare" aria-current=${view === "compare" ? "page" : null}>Compare</a>
        <a href="docs">API</a>
        <a href="responsible-use">Responsible use</a>
      </nav>
      <span class="user">${who.user}</span>
      <button class="quiet" onClick=${signOut}>Sign out</button>
    </header>
    <main id="main" tabindex="-1">${viewOf(view, id)}</main>
    <${Message} />
  `;
}

function viewOf(view, id) {
  if (view === "send") return html`<${Send} />`;
  if (view === "job") return html`<${Result} key=${id} id=${id} />`;
  if (view === "compare") return html`<${Compare} />`;
  return html`<${Jobs} />`;
}

const TITLES = { send: "Send", compare: "Compare", job: "Result" };

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function SignIn() {
  const [failure, setFailure] = useState("");
  const [isBusy, setBusy] = useState(false);
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const as = { user: form.get("user").trim(), password: form.get("password") };
    setBusy(true);
    try {
      await call("jobs?limit=1", { as });
      signIn(as.user, as.password, form.get("keep") === "on");
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401;
      const wait = error.retryAfterS ? ` Wait ${error.retryAfterS} s.` : "";
      setFailure(isWrong ? "The user name or the password is wrong." : error.message + wait);
      setBusy(false);
    }
  }
  return html`
    <main class="sign-in">
      <h1>Mien</h1>
      <p class="lead">See the film, the faces and the numbers together.</p>
      <form onSubmit=${submit}>
        <label>User <input name="user" autocomplete="username" required autofocus /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <label class="check"><input name="keep" type="checkbox" /> Stay signed in until this tab closes</label>
        <button class="main" disabled=${isBusy}>${isBusy ? "Signing in ..." : "Sign in"}</button>
        <p class="failure" role="alert">${failure}</p>
      </form>
      <p class="hint">
        User and password are those of the API; <code>make serve</code> prints them. The numbers describe what a face
        shows, not what a person feels: <a href="responsible-use">responsible use</a>.
      </p>
    </main>
  `;
}

function Message() {
  const shown = useSignal(message);
  useEffect(() => {
    if (!shown || shown.kind === "error") return undefined;
    const timer = setTimeout(() => (message.value = null), MESSAGE_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return html`
    <div class="messages" role=${shown?.kind === "error" ? "alert" : "status"}>
      ${shown &&
      html`<p class=${shown.kind}>
        ${shown.text} <button class="quiet" aria-label="Close" onClick=${() => (message.value = null)}>×</button>
      </p>`}
    </div>
  `;
}

render(html`<${App} />`, document.getElementById("app"));
