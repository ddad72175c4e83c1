// One build, whole or not at all. `cargo xtask` stamps the next line: id, and [path, sha256 hex] of every file.
const BUILD = {"id":"dev","core":[],"extras":[]};

const SCOPE = new URL(self.registration.scope);
const PREFIX = `so-tay-${SCOPE.pathname}-`; // several apps may share an origin, each clears only its own
const CACHE = PREFIX + BUILD.id;
const FILES = new Map([...BUILD.core, ...BUILD.extras]);

const urlOf = (path) => new URL(path, SCOPE).href;

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A file of exactly this build: from an older cache where it has not changed, else from the network; its bytes decide.
// The answer is built anew, since a redirected one may not answer a navigation and its bytes are already unpacked.
async function exact(path) {
  const url = urlOf(path);
  for (const source of [() => caches.match(url), () => fetch(url, { cache: 'no-cache' })]) {
    const found = await source();
    if (!found?.ok) continue;
    const bytes = await found.arrayBuffer();
    if ((await sha256(bytes)) !== FILES.get(path)) continue;
    const headers = new Headers(found.headers);
    for (const name of ['content-encoding', 'content-length', 'vary']) headers.delete(name);
    if (path.endsWith('.wasm')) headers.set('content-type', 'application/wasm');
    return new Response(bytes, { headers });
  }
  throw new Error(`not of build ${BUILD.id}: ${path}`);
}

async function keep(path) {
  const cache = await caches.open(CACHE);
  if (!(await cache.match(urlOf(path)))) await cache.put(urlOf(path), await exact(path));
}

async function has(list) {
  if (!(await caches.has(CACHE))) return false;
  const cache = await caches.open(CACHE);
  const found = await Promise.all(list.map(([path]) => cache.match(urlOf(path))));
  return found.every(Boolean);
}

async function installCore() {
  const files = await Promise.all(BUILD.core.map(async ([path]) => [urlOf(path), await exact(path)]));
  try {
    const cache = await caches.open(CACHE);
    await Promise.all(files.map(([url, response]) => cache.put(url, response)));
  } catch (problem) {
    await caches.delete(CACHE);
    throw problem;
  }
}

async function tell(message) {
  const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const client of clients) client.postMessage({ build: BUILD.id, ...message });
}

// Extras one after the other, each kept as it comes; asked again at the next 'status' when the network broke off.
let loading = null;
function loadExtras() {
  loading ??= (async () => {
    try {
      for (const [path] of BUILD.extras) await keep(path);
    } catch {
      // what is missing shows in extrasReady
    }
    loading = null;
    await tell({ type: 'extras', extrasReady: await has(BUILD.extras) });
  })();
  return loading;
}

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    await installCore();
    if (!self.registration.active) return;
    // An update is ready with its extras and not before: files of the old build are never needed again.
    await loadExtras();
    if (!(await has(BUILD.extras))) throw new Error(`extras of build ${BUILD.id} are missing`);
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    if (old.length === 0) await self.clients.claim(); // only the very first time
    loadExtras(); // not awaited: no page may wait for them
  })());
});

self.addEventListener('message', (event) => {
  if (event.data?.type === 'activate') event.waitUntil(self.skipWaiting());
  if (event.data?.type === 'status') {
    event.waitUntil((async () => {
      const [coreReady, extrasReady] = await Promise.all([has(BUILD.core), has(BUILD.extras)]);
      const answer = { type: 'status', build: BUILD.id, coreReady, extrasReady };
      (event.ports[0] ?? event.source)?.postMessage(answer);
      if (coreReady && !extrasReady) await loadExtras();
    })());
  }
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return;
  const path = url.pathname.slice(SCOPE.pathname.length) || 'index.html'; // routes live behind the #
  if (!FILES.has(path)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(urlOf(path));
    if (kept) return kept;
    return keep(path).then(() => cache.match(urlOf(path))).catch(() => Response.error());
  })());
});
