// A real OpenID provider for tests: oidc-provider (certified by the OpenID Foundation) with a sign-in form and accounts
// from the environment. Prints its issuer on one line once it listens, and ends when standard input is closed. Needs a
// late Node 20 or newer.
//
//   PORT                        on 127.0.0.1; a free one when not set
//   CLIENT_ID, CLIENT_SECRET    `rollcall` and `rollcall-secret` when not set
//   REDIRECT_URIS               where it sends browsers back to, separated by blanks
//   POST_LOGOUT_REDIRECT_URIS   the same after signing out
//   ACCOUNTS                    JSON: [{ "sub": "jane", "password": "...", "email": "...", "groups": [...], ... }];
//                               the form asks for `sub` and password, everything else are claims
//   ALGORITHM                   of id tokens: RS256 (when not set), PS256 or ES256
//   CLAIMS_IN                   `id_token` (when not set), or `userinfo` for a small id token
//   TOKEN_AUTH                  `client_secret_basic` (when not set) or `client_secret_post`

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const env = (name, otherwise) => process.env[name] || otherwise;
const words = (name) => env(name, "").split(/\s+/).filter(Boolean);

const accounts = JSON.parse(env("ACCOUNTS", "[]"));
const server = createServer();
await new Promise((done) => server.listen(Number(env("PORT", 0)), "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;

function key(kid, kind, options, more) {
  const { privateKey } = generateKeyPairSync(kind, options);
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", ...more };
}

function account(sub) {
  const found = accounts.find((each) => each.sub === sub);
  if (!found) return undefined;
  const { password, ...claims } = found;
  return { accountId: sub, claims: () => claims };
}

// Whoever signs in has agreed to everything the client asks for.
async function grant(ctx) {
  const { client, session, provider, params } = ctx.oidc;
  const known = session.grantIdFor(client.clientId);
  const made = (known && (await provider.Grant.find(known))) || new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  made.addOIDCScope(params.scope);
  await made.save();
  return made;
}

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: env("CLIENT_ID", "rollcall"),
      client_secret: env("CLIENT_SECRET", "rollcall-secret"),
      redirect_uris: words("REDIRECT_URIS"),
      post_logout_redirect_uris: words("POST_LOGOUT_REDIRECT_URIS"),
      id_token_signed_response_alg: env("ALGORITHM", "RS256"),
      token_endpoint_auth_method: env("TOKEN_AUTH", "client_secret_basic"),
    },
  ],
  jwks: {
    keys: [
      key("rsa", "rsa", { modulusLength: 2048 }),
      key("ec", "ec", { namedCurve: "P-256" }, { alg: "ES256" }),
    ],
  },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"], groups: ["groups"] },
  conformIdTokenClaims: env("CLAIMS_IN", "id_token") === "userinfo",
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = page("Sign out", `${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.body = page("Signed out", "<p>You are signed out.</p>");
      },
    },
  },
  findAccount: (_ctx, sub) => account(sub),
  interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
  loadExistingGrant: grant,
  pkce: { required: () => true },
  renderError: (ctx, out) => {
    ctx.type = "html";
    ctx.body = page("Not possible", `<p role="alert">${escape(`${out.error}: ${out.error_description}`)}</p>`);
  },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, IdToken: 3600, Interaction: 3600, Session: 3600 },
});

function escape(text) {
  return String(text).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

function page(title, body) {
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

function form(failed) {
  return page(
    "Sign in",
    `${failed ? '<p role="alert">User name or password is wrong.</p>' : ""}
    <form method="post">
      <p><label>User name <input name="login" autocomplete="username" required></label></p>
      <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
      <p><button type="submit">Sign in</button></p>
    </form>
    <form method="post"><button type="submit" name="cancel" value="yes">Cancel</button></form>`,
  );
}

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

function show(response, html, status = 200) {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

async function signIn(request, response) {
  await provider.interactionDetails(request, response);
  if (request.method !== "POST") return show(response, form(false));
  const fields = await body(request);
  if (fields.has("cancel")) {
    const refusal = { error: "access_denied", error_description: "The person turned back." };
    return provider.interactionFinished(request, response, refusal);
  }
  const found = accounts.find((each) => each.sub === fields.get("login") && each.password === fields.get("password"));
  if (!found) return show(response, form(true), 401);
  return provider.interactionFinished(request, response, { login: { accountId: found.sub } });
}

const answer = provider.callback();
server.on("request", (request, response) => {
  if (!request.url.startsWith("/sign-in/")) return answer(request, response);
  signIn(request, response).catch((error) => {
    if (!response.headersSent) show(response, page("Not possible", `<p role="alert">${escape(error.message)}</p>`), 400);
  });
});

process.stdin.resume().on("end", () => process.exit(0));
console.log(issuer);
