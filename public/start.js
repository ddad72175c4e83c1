// First contact: the only script of the page itself. It looks where it is, says in plain words what is missing, or loads
// boot.js. Classic ES5 so that the oldest browser still gets its sentence.
(function () {
  'use strict';
  var ua = navigator.userAgent || '';
  var apple = /iPhone|iPad|iPod/.test(ua) || (/Macintosh/.test(ua) && navigator.maxTouchPoints > 1);
  var browser = apple ? 'Safari' : 'Chrome';
  var app = document.getElementById('app');
  var place = document.getElementById('first-contact');
  var running = false;

  // What may be lost lives in localStorage: 'so-tay.theme' auto|light|dark, 'so-tay.text' normal|large (JSON or plain).
  function kept(storage, name) {
    try { return (window[storage].getItem(name) || '').replace(/"/g, ''); } catch (_) { return ''; }
  }
  function look() {
    var theme = kept('localStorage', 'so-tay.theme');
    var metas = document.querySelectorAll('meta[name=theme-color]');
    if (theme === 'light' || theme === 'dark') {
      document.documentElement.setAttribute('data-theme', theme);
      for (var i = 0; i < metas.length; i++) { metas[i].content = theme === 'dark' ? '#201c17' : '#ffffff'; }
    }
    if (kept('localStorage', 'so-tay.text') === 'large') { document.documentElement.setAttribute('data-text', 'large'); }
  }

  // Makes <name class=kind> with text and elements in it.
  function make(name, kind, inside) {
    var element = document.createElement(name);
    if (kind) { element.className = kind; }
    for (var i = 0; inside && i < inside.length; i++) {
      var part = inside[i];
      element.appendChild(typeof part === 'string' ? document.createTextNode(part) : part);
    }
    return element;
  }
  function icon(id) {
    var svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    var use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', '#' + id);
    svg.appendChild(use);
    return svg;
  }
  function button(words, kind, act) {
    var element = make('button', 'button ' + kind, [words]);
    element.type = 'button';
    element.onclick = act;
    return element;
  }
  function steps(list) {
    var items = [];
    for (var i = 0; i < list.length; i++) { items.push(make('li', '', [make('span', '', list[i])])); }
    return make('ol', 'guide', items);
  }
  function say(title, parts) {
    var heading = make('h1', '', [title]);
    heading.tabIndex = -1;
    place.textContent = '';
    place.appendChild(heading);
    for (var i = 0; i < parts.length; i++) { place.appendChild(parts[i]); }
    app.hidden = true;
    place.hidden = false;
    heading.focus();
  }
  function sentence(words) { return make('p', '', [words]); }

  // The link, selectable, with a button that copies it. Clipboard access is often refused inside other apps.
  function address() {
    var link = make('p', 'address', [location.href]);
    var answer = make('p', 'hint', []);
    answer.setAttribute('role', 'status');
    function done() { answer.textContent = 'Đã sao chép. Mở ' + browser + ', dán vào ô địa chỉ.'; }
    function byHand() {
      var range = document.createRange();
      var selection = window.getSelection();
      range.selectNodeContents(link);
      selection.removeAllRanges();
      selection.addRange(range);
      var copied = false;
      try { copied = document.execCommand('copy'); } catch (_) { copied = false; }
      if (copied) { done(); } else { answer.textContent = 'Máy chưa cho sao chép. Nhấn giữ vào địa chỉ ở trên rồi chọn “Sao chép”.'; }
    }
    return [link, button('Sao chép địa chỉ', 'primary', function () {
      if (navigator.clipboard && navigator.clipboard.writeText) { navigator.clipboard.writeText(location.href).then(done, byHand); } else { byHand(); }
    }), answer];
  }

  // Zalo, Facebook and the like keep storage of their own that goes when their cache is cleared.
  function insideOtherApp() {
    var name = /Zalo/i.test(ua) ? 'Zalo' : /Messenger|Orca-Android/i.test(ua) ? 'Messenger' :
      /FBAN|FBAV|FB_IAB/.test(ua) ? 'Facebook' : /Instagram/.test(ua) ? 'Instagram' : /TikTok|musical_ly|Bytedance/i.test(ua) ? 'TikTok' : '';
    if (!name) { return false; }
    var parts = [
      sentence('Trang này đang mở bên trong ' + name + '. Ghi ở đây dễ mất dữ liệu, nên sổ tay chưa mở.'),
      steps([
        ['Bấm dấu ', icon('more'), ' (ba chấm) ở góc màn hình.'],
        ['Chọn “Mở bằng trình duyệt” hoặc “Mở bằng ' + browser + '”.']
      ]),
      sentence('Nếu không thấy mục đó, sao chép địa chỉ dưới đây rồi dán vào ' + browser + ':')
    ].concat(address());
    if (/Android/.test(ua) && location.protocol === 'https:') {
      var open = make('a', 'button', ['Mở bằng Chrome']);
      open.href = 'intent://' + location.href.slice('https://'.length) + '#Intent;scheme=https;package=com.android.chrome;end';
      parts.push(open);
    }
    say('Mở bằng ' + browser, parts);
    return true;
  }

  function insecure() {
    var local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
    var web = /^https?:$/.test(location.protocol);
    if (web && (window.isSecureContext || (window.isSecureContext === undefined && (local || location.protocol === 'https:')))) { return false; }
    var parts = [
      sentence('Địa chỉ này không được mã hóa, nên không khóa được sổ bằng mã PIN và không dùng được khi mất mạng. Sổ tay chưa mở để không ghi dữ liệu vào nơi không an toàn.'),
      sentence('Việc cần làm: dùng địa chỉ bắt đầu bằng https:// do cơ quan cung cấp. Nếu chưa có, báo người phụ trách máy chủ bật HTTPS.')
    ];
    if (location.protocol === 'http:' && !location.port) {
      var open = make('a', 'button primary', ['Thử mở bằng https']);
      open.href = 'https:' + location.href.slice('http:'.length);
      parts.push(open);
    }
    say('Địa chỉ chưa an toàn', parts);
    return true;
  }

  // One tiny module with bulk memory, reference types, sign extension and saturating conversion, which rustc emits by
  // default. Compiling it also shows that the CSP's 'wasm-unsafe-eval' is understood (Chrome 97).
  function runsWasm() {
    try {
      return !!new WebAssembly.Module(new Uint8Array([
        0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 29, 1, 27, 0,
        65, 0, 65, 0, 65, 0, 252, 10, 0, 0, 208, 111, 26, 65, 0, 192, 26, 67, 0, 0, 0, 0, 252, 0, 26, 11
      ]));
    } catch (_) { return false; }
  }
  function tooOld() {
    var fits = false;
    try {
      fits = !!(window.Promise && window.BigInt && window.fetch && window.TextEncoder && window.indexedDB && window.crypto.subtle &&
        'noModule' in document.createElement('script') &&
        'durability' in IDBTransaction.prototype && // Firefox 126: the oldest that can be told to write through
        'attachInternals' in HTMLElement.prototype && // Safari 16.4
        runsWasm());
    } catch (_) { fits = false; }
    if (fits) { return false; }
    say('Trình duyệt quá cũ', [
      sentence('Sổ tay cần Chrome 97, Safari (iOS) 16.4, Firefox 126 hoặc mới hơn.'),
      sentence(apple ? 'Việc cần làm: vào Cài đặt, Cài đặt chung, Cập nhật phần mềm. Sau đó mở lại trang này bằng Safari.'
        : 'Việc cần làm: mở CH Play, cập nhật Chrome, rồi mở lại trang này bằng Chrome.'),
      sentence('Nếu máy không cập nhật được, hãy dùng máy khác. Dữ liệu đã ghi trên máy không bị xóa.'),
      make('p', 'hint', ['Trình duyệt này: ' + ua])
    ]);
    return true;
  }

  function iphoneTab() {
    if (!apple || navigator.standalone || matchMedia('(display-mode: standalone)').matches || kept('sessionStorage', 'so-tay.tab')) { return false; }
    var safari = !/CriOS|FxiOS|EdgiOS/.test(ua);
    say('Thêm Sổ tay vào màn hình chính', [
      sentence('Trên iPhone, sổ tay mở từ màn hình chính và sổ tay mở trong trình duyệt là hai nơi lưu riêng, không thấy dữ liệu của nhau. Hãy thêm vào màn hình chính trước rồi mới ghi.'),
      steps([
        ['Bấm nút ', icon('share'), ' “Chia sẻ”. Nếu không thấy, bấm dấu ', icon('more'), ' trước.'],
        ['Chọn “Thêm vào MH chính”, rồi bấm “Thêm”.'],
        ['Đóng trang này. Mở Sổ tay Dân vận từ biểu tượng mới trên màn hình chính.']
      ]),
      make('p', 'hint', ['Nếu lâu không mở, trình duyệt trên iPhone có thể tự xóa dữ liệu của trang. Sổ tay ở màn hình chính được giữ bền hơn.']),
      button('Vẫn dùng trong ' + (safari ? 'Safari' : 'trình duyệt này'), '', function () {
        try { sessionStorage.setItem('so-tay.tab', '1'); } catch (_) { /* asked again next time */ }
        start();
      })
    ]);
    return true;
  }

  function failed(detail) {
    if (running) { return; }
    say('Chưa mở được sổ tay', [
      sentence('Có thể do mạng yếu hoặc bản tải về còn thiếu. Dữ liệu đã ghi trên máy không bị xóa.'),
      button('Tải lại', 'primary', reload),
      make('p', 'hint', ['Chi tiết cho người hỗ trợ: ' + detail])
    ]);
    var worker = navigator.serviceWorker;
    if (worker) { worker.getRegistration('./').then(function (found) { if (found) { return found.update(); } }).catch(function () { /* no network: the button stays */ }); }
  }
  // Nothing runs in this tab that could be lost, so a build that is waiting may take over.
  function reload() {
    function again() { location.reload(); }
    if (!navigator.serviceWorker) { again(); return; }
    navigator.serviceWorker.addEventListener('controllerchange', again);
    navigator.serviceWorker.getRegistration('./').then(function (found) {
      if (found && found.waiting) { found.waiting.postMessage({ type: 'activate' }); setTimeout(again, 3000); } else { again(); }
    }, again);
  }

  function start() {
    place.hidden = true;
    app.hidden = false;
    var script = document.createElement('script');
    script.type = 'module';
    script.src = './boot.js';
    script.onerror = function () { failed('boot.js'); };
    document.body.appendChild(script);
    setTimeout(function () {
      var loading = document.getElementById('loading');
      if (loading && !running) { loading.textContent = 'Vẫn đang mở. Lần đầu cần tải về, mạng yếu có thể mất vài phút; các lần sau mở nhanh và không cần mạng.'; }
    }, 12000);
  }

  addEventListener('so-tay-started', function () { running = true; });
  addEventListener('so-tay-failed', function (event) { failed(event.detail); });
  look();
  if (!insideOtherApp() && !insecure() && !tooOld() && !iphoneTab()) { start(); }
})();
