// Taking a photo in the page where the browser allows it; the file field stays as the way that always works.
(() => {
  "use strict";
  const form = document.querySelector("[data-camera]");
  if (!form) return;
  const file = form.querySelector("input[type=file]");
  const live = form.querySelector("[data-live]");
  const preview = form.querySelector("[data-preview]");
  const video = form.querySelector("video");
  const open = form.querySelector("[data-open]");
  const shoot = form.querySelector("[data-shoot]");
  const problem = form.querySelector("[data-problem]");
  const bar = form.querySelector("progress");
  let stream = null;

  const stop = () => { if (stream) stream.getTracks().forEach((track) => track.stop()); stream = null; live.hidden = true; shoot.hidden = true; };
  const show = (blob) => { preview.src = URL.createObjectURL(blob); preview.hidden = false; };

  // A photo straight from a phone is larger than anyone needs; it is made smaller before it travels.
  const smaller = async (blob) => {
    try {
      const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
      const scale = Math.min(1, 2400 / Math.max(bitmap.width, bitmap.height));
      if (scale === 1 && blob.type === "image/jpeg" && blob.size < 4e6) return blob;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(bitmap.width * scale);
      canvas.height = Math.round(bitmap.height * scale);
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      return await new Promise((done) => canvas.toBlob((made) => done(made || blob), "image/jpeg", 0.92));
    } catch { return blob; }
  };

  // One photo at a time, sent with its progress; when the connection drops, the photo stays and can be sent again.
  const send = (blob) => {
    const data = new FormData();
    data.append("file", blob, "photo.jpg");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "page");
    bar.hidden = false;
    problem.hidden = true;
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; } });
    const failed = (text) => { bar.hidden = true; problem.textContent = text || problem.dataset.words; problem.hidden = false; again.hidden = false; };
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) location.assign(request.responseURL || form.dataset.next);
      else {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const said = page.querySelector("[data-said], .error-summary li, .lead");
        failed(said ? said.textContent : "");
      }
    });
    request.addEventListener("error", () => failed(""));
    request.addEventListener("timeout", () => failed(""));
    request.send(data);
    last = blob;
  };
  let last = null;
  const again = form.querySelector("[data-again]");
  again.addEventListener("click", () => { again.hidden = true; if (last) send(last); });

  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    stop();
    const blob = await smaller(file.files[0]);
    show(blob);
    send(blob);
  });
  form.addEventListener("submit", (event) => {
    if (last) { event.preventDefault(); send(last); }
  });

  if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
    open.hidden = false;
    open.addEventListener("click", async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: form.dataset.camera, width: { ideal: 1920 }, height: { ideal: 1080 } } });
        video.srcObject = stream;
        await video.play();
        live.hidden = false; shoot.hidden = false; open.hidden = true; preview.hidden = true;
      } catch {
        stop();
        open.hidden = true;
        problem.textContent = problem.dataset.camera;
        problem.hidden = false;
      }
    });
    shoot.addEventListener("click", () => {
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => { stop(); open.hidden = false; show(blob); send(blob); }, "image/jpeg", 0.92);
    });
  }
})();
