package api

import (
	"context"
	_ "embed" // the document
	"net/http"
	"sync"

	"github.com/goccy/go-yaml"
)

// OpenAPI is the document that says all of this to programs. It is written by
// hand, because its sentences are for people; tests compare it with the routes
// and with real answers.
//
//go:embed openapi.yaml
var OpenAPI []byte

// openAPI is the document as JSON, made when somebody asks for it.
var openAPI = sync.OnceValues(func() ([]byte, error) { return yaml.YAMLToJSON(OpenAPI) })

func (h *handler) document(context.Context, request) (answer, error) {
	text, err := openAPI()
	return answer{status: http.StatusOK, raw: text, kind: typeJSON}, err
}
