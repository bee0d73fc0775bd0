// Shows the gateway's own specification. The validator of the viewer would send
// the page's address to a public service, so it is off.
window.ui = SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  queryConfigEnabled: false,
});
