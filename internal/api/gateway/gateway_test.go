package gateway_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/apitest"
	"github.com/safeconduct/safeconduct/internal/api/gateway"
)

// event is a request as API Gateway hands it on.
func event(t *testing.T, change string) (e events.APIGatewayV2HTTPRequest) {
	t.Helper()
	for _, text := range []string{`{"version": "2.0", "routeKey": "GET /v1/{proxy+}", "rawPath": "/v1/migrations/acme-2026", "rawQueryString": "a=b",
		"headers": {"accept": "*/*", "host": "api.example.test"},
		"requestContext": {"stage": "$default", "requestId": "req-1=", "domainName": "api.example.test",
			"authorizer": {"jwt": {"claims": {"sub": "s1", "custom:tenant": "acme", "cognito:groups": "[operator auditor]"}, "scopes": null}},
			"http": {"method": "GET", "path": "/v1/migrations/acme-2026", "sourceIp": "192.0.2.1"}}, "isBase64Encoded": false}`, change} {
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func service() http.Handler {
	m := &apitest.Memory{}
	m.Fill("acme", "acme-2026")
	return api.New(api.Config{Backend: m.Backend(), Rows: &apitest.Rows{}, Who: api.Claims{Tenant: "custom:tenant", Role: "cognito:groups"}.Who})
}

func TestAnEventIsAnsweredAsARequest(t *testing.T) {
	plan := base64.StdEncoding.EncodeToString([]byte("{version: 1, migration: acme-2026, source: {}, target: {}, privacy: {}}\n"))
	h := service()
	for _, c := range []struct {
		change string
		status int
		says   string
	}{
		{`{}`, 200, `"migration":"acme-2026"`},
		{`{"rawPath": "/prod/v1/migrations", "requestContext": {"stage": "prod"}}`, 200, `"migrations":[`},
		{`{"rawPath": "/v1/migrations/acme-2026/plan", "body": "` + plan + `", "isBase64Encoded": true,
			"headers": {"content-type": "application/yaml"}, "requestContext": {"http": {"method": "PUT"}}}`, 200, `"hash"`},
		{`{"rawPath": "/v1/migrations/acme-2026/previews", "requestContext": {"http": {"method": "POST"}}}`, 202, `"running"`},
		{`{"requestContext": {"authorizer": null}}`, 401, "no-identity"},
		{`{"requestContext": {"authorizer": {"jwt": null}}}`, 401, "no-identity"},
		{`{"rawPath": "/v1/migrations/%zz"}`, 400, ""},
		{`{"rawPath": "", "requestContext": {"http": {"path": ""}}}`, 400, ""},
		{`{"body": "%%%", "isBase64Encoded": true}`, 400, ""},
	} {
		r := gateway.Answer(t.Context(), h, event(t, c.change))
		if r.StatusCode != c.status || !strings.Contains(r.Body, c.says) || r.IsBase64Encoded {
			t.Errorf("%s: %d %s, want %d %q", c.change, r.StatusCode, r.Body, c.status, c.says)
		}
		if c.status == 202 && (r.Headers["location"] == "" || r.Headers["retry-after"] != "2") {
			t.Errorf("headers %v", r.Headers)
		}
	}
}

func TestTheIdOfTheGatewayIsTheIdOfTheAnswer(t *testing.T) {
	r := gateway.Answer(t.Context(), service(), event(t, `{"requestContext": {"authorizer": null}}`))
	if r.Headers["x-request-id"] != "req-1=" || !strings.Contains(r.Body, `"request_id":"req-1="`) {
		t.Errorf("headers %v, body %s", r.Headers, r.Body)
	}
}
