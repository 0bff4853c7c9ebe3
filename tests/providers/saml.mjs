// A real SAML 2.0 identity provider for tests: samlp (Auth0's) with a sign-in form, a session of its own and accounts
// from the environment. It makes its key at the start, prints the address of its metadata on one line once it listens,
// and ends when standard input is closed.
//
//   PORT            on 127.0.0.1; a free one when not set
//   ACCOUNTS        JSON: [{ "nameId": "jane", "password": "...", "email": "...", "groups": [...], ... }];
//                   the form asks for `nameId` and password, everything else are attributes
//   NAME_ID_FORMAT  persistent when not set
//   SIGNED          `assertion` (when not set), `response` or `both`

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import forge from "node-forge";
import samlp from "samlp";

const env = (name, otherwise) => process.env[name] || otherwise;
const accounts = JSON.parse(env("ACCOUNTS", "[]"));
const signed = env("SIGNED", "assertion");

const server = createServer();
await new Promise((done) => server.listen(Number(env("PORT", 0)), "127.0.0.1", done));
const base = `http://127.0.0.1:${server.address().port}`;
const { key, cert } = keyAndCertificate();
// Who is signed in here, by cookie.
const sessions = new Map();

function keyAndCertificate() {
  const encoding = { type: "pkcs1", format: "pem" };
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: encoding, publicKeyEncoding: encoding });
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  made.serialNumber = `00${randomBytes(8).toString("hex")}`;
  made.validity.notBefore = new Date(Date.now() - 60_000);
  made.validity.notAfter = new Date(Date.now() + 365 * 24 * 3600 * 1000);
  made.setSubject([{ name: "commonName", value: "saml.test" }]);
  made.setIssuer([{ name: "commonName", value: "saml.test" }]);
  made.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
  return { key: pair.privateKey, cert: forge.pki.certificateToPem(made) };
}

function metadata(request, response) {
  const answer = { set: (name, value) => response.setHeader(name, value), send: (text) => response.end(text) };
  request.originalUrl = request.url;
  request.protocol = "http";
  request.headers.host = new URL(base).host;
  const paths = { redirectEndpointPath: "/sso", postEndpointPath: "/sso", logoutEndpointPaths: {} };
  samlp.metadata({ issuer: `${base}/metadata`, cert, ...paths })(request, answer);
}

// SAML 2.0 Core, section 3.4.1: who asks, and where the answer goes.
function read(query) {
  return new Promise((done, failed) => {
    samlp.parseRequest({ method: "GET", query: Object.fromEntries(query) }, (error, data) => {
      if (error || !data) return failed(error ?? new Error("There is no SAMLRequest."));
      return done(data);
    });
  });
}

function respond(asked, found) {
  const { nameId, password, ...attributes } = found;
  const format = `urn:oasis:names:tc:SAML:2.0:nameid-format:${env("NAME_ID_FORMAT", "persistent")}`;
  const options = {
    issuer: `${base}/metadata`,
    key,
    cert,
    signatureAlgorithm: "rsa-sha256",
    digestAlgorithm: "sha256",
    signAssertion: signed !== "response",
    signResponse: signed !== "assertion",
    lifetimeInSeconds: 300,
    audience: asked.issuer,
    destination: asked.assertionConsumerServiceURL,
    recipient: asked.assertionConsumerServiceURL,
    inResponseTo: asked.id,
    profileMapper: () => ({
      getClaims: () => attributes,
      getNameIdentifier: () => ({ nameIdentifier: nameId, nameIdentifierFormat: format }),
    }),
  };
  return new Promise((done, failed) => {
    samlp.getSamlResponse(options, found, (error, xml) => (error ? failed(error) : done(xml)));
  });
}

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
    </form>`,
  );
}

// The HTTP-POST binding (SAML 2.0 Bindings, section 3.5.4): by itself with script, by a button without.
function back(asked, xml, relayState) {
  const hidden = (name, value) => `<input type="hidden" name="${name}" value="${escape(value)}">`;
  return page(
    "Signed in",
    `<form method="post" action="${escape(asked.assertionConsumerServiceURL)}">
      ${hidden("SAMLResponse", Buffer.from(xml).toString("base64"))}${hidden("RelayState", relayState)}
      <button type="submit">Continue</button>
    </form><script>document.forms[0].submit()</script>`,
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

async function signOn(request, response, query) {
  const asked = await read(query);
  const cookie = /(?:^|; )idp=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  let found = asked.forceAuthn === "true" ? undefined : sessions.get(cookie);
  if (request.method === "POST") {
    const fields = await body(request);
    found = accounts.find((each) => each.nameId === fields.get("login") && each.password === fields.get("password"));
    if (!found) return show(response, form(true), 401);
    const opened = randomBytes(16).toString("hex");
    sessions.set(opened, found);
    response.setHeader("set-cookie", `idp=${opened}; Path=/; HttpOnly; SameSite=Lax`);
  }
  if (!found) return show(response, form(false));
  return show(response, back(asked, await respond(asked, found), query.get("RelayState") ?? ""));
}

server.on("request", (request, response) => {
  const { pathname, searchParams } = new URL(request.url, base);
  if (pathname === "/metadata") return metadata(request, response);
  if (pathname !== "/sso") return show(response, page("Not found", "<p>There is no such page.</p>"), 404);
  return signOn(request, response, searchParams).catch((error) => {
    if (!response.headersSent) show(response, page("Not possible", `<p role="alert">${escape(error.message)}</p>`), 400);
  });
});

process.stdin.resume().on("end", () => process.exit(0));
console.log(`${base}/metadata`);
