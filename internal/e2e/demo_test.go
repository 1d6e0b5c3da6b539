//go:build e2e

package e2e

import "testing"

func demoFromAnUpload(t *testing.T) {}
