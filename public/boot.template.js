// `cargo xtask` writes this as dist/boot.js with the hashed names in place of the two placeholders. It is a file, not
// Trunk's inline script, so that the page's CSP can do without 'unsafe-inline'. public/start.js loads it after its checks.
const wasm = fetch(new URL('./__WASM__', import.meta.url)); // on its way while the import below loads
wasm.catch(() => {}); // reported by init below
try {
  const { default: init } = await import('./__JS__');
  await init({ module_or_path: wasm });
  document.getElementById('loading')?.remove();
  dispatchEvent(new Event('so-tay-started'));
} catch (problem) {
  dispatchEvent(new CustomEvent('so-tay-failed', { detail: String(problem) }));
}
