package freshdesk

import (
	"net/http"

	"github.com/safeconduct/safeconduct/connectors"
)

// SourceVia and TargetVia open a Freshdesk through a transport, for tests in which
// hours pass at once.
func SourceVia(decode connectors.Settings, through http.RoundTripper) (connectors.Source, error) {
	d, err := open(decode, through)
	if err != nil {
		return nil, err
	}
	return &source{d}, nil
}

func TargetVia(decode connectors.Settings, through http.RoundTripper) (connectors.Target, error) {
	d, err := open(decode, through)
	if err != nil {
		return nil, err
	}
	return &target{d}, nil
}
