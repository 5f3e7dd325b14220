// Passkeys can only be reached by a script. Without one everything else on these pages works.
"use strict";
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button[data-passkey-button]");
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON || !button) continue;
  form.hidden = false;
  const fail = () => { form.querySelector("[data-passkey-fault]").hidden = false; button.disabled = false; };
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const options = JSON.parse(form.dataset.options);
    try {
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch {
      fail();
    }
  });
}
