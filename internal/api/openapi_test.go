package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

func TestTheDocumentIsValidOpenAPI(t *testing.T) {
	doc, err := libopenapi.NewDocument(OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	_, faults := v.ValidateDocument()
	for _, f := range faults {
		t.Errorf("%s: %s", f.Message, f.Reason)
	}
	if text, err := openAPI(); err != nil || !strings.Contains(string(text), `"openapi": "3.1.0"`) {
		t.Errorf("as JSON it is %.60q, %v", text, err)
	}
}

// TestTheDocumentAndTheRoutesAgree, both ways, on paths, methods and roles.
func TestTheDocumentAndTheRoutesAgree(t *testing.T) {
	doc, err := libopenapi.NewDocument(OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			said[strings.ToUpper(method)+" "+path] = op.Description
		}
	}
	for _, r := range routes {
		name := r.method + " " + r.path
		description, ok := said[name]
		if !ok {
			t.Errorf("%s is not in openapi.yaml", name)
		}
		if _, roles, _ := strings.Cut(description, "Roles: "); strings.TrimSuffix(roles, ".") != list(r.roles) {
			t.Errorf("%s: openapi.yaml says it is for %q, the route for %q", name, roles, list(r.roles))
		}
		if len(r.roles) == 0 || slices.Contains([]string{"PUT", "DELETE"}, r.method) && slices.Contains(r.roles, Auditor) {
			t.Errorf("%s: an auditor changes nothing", name)
		}
		delete(said, name)
	}
	for name := range said {
		t.Errorf("openapi.yaml has %s, and there is no such route", name)
	}
}
