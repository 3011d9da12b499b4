// The editor over the endpoint named in the address; nothing is completed from services elsewhere.
const endpoint = new URLSearchParams(location.search).get("endpoint");
new Yasgui(document.getElementById("editor"), {
  autofocus: true,
  requestConfig: { endpoint },
  yasqe: { autocompleters: [], value: "" },
});
