//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// aws sends a request to the emulator as an administrator of the account would,
// past the recorder. It asks for no signature that is right.
func (s *system) aws(ctx context.Context, method, path, target string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil || body == nil {
		text = nil
	}
	q, err := http.NewRequestWithContext(ctx, method, s.emulator.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	service := strings.ToLower(strings.TrimPrefix(strings.Split(target, ".")[0], "AWS"))
	if target == "" {
		service = "s3"
	} else {
		q.Header.Set("X-Amz-Target", target)
		q.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	q.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s\n%s", target, path, r.Status, answer)
	}
	return answer, err
}

// ask asks for an operation of AWS by its name and decodes the answer.
func (s *system) ask(t testing.TB, target string, body, into any) {
	t.Helper()
	answer, err := s.aws(context.WithoutCancel(t.Context()), http.MethodPost, "/", target, body)
	if err == nil && into != nil {
		err = json.Unmarshal(answer, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// keepSecret puts a credential of a help desk where plans of the tenant may name
// it, and returns how they do.
func (s *system) keepSecret(t testing.TB, tenant, name, value string) (reference string) {
	t.Helper()
	id := "safeconduct/" + tenant + "/" + name
	_, err := s.aws(t.Context(), http.MethodPost, "/", "secretsmanager.CreateSecret", map[string]any{"Name": id, "SecretString": value, "KmsKeyId": s.outputs["DataKey"]})
	if err != nil && !strings.Contains(err.Error(), "ResourceExistsException") {
		t.Fatal(err)
	}
	return "secret:" + id
}
