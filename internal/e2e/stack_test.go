//go:build e2e

package e2e

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
)

// nested is the type of a stack within a stack.
const nested = "AWS::CloudFormation::Stack"

// resources lists what was made: physical names by stack and logical id, as in
// "Data/StateTable".
func (s *system) resources(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	return all, s.resourcesOf(ctx, stack, "", all)
}

func (s *system) resourcesOf(ctx context.Context, stack, name string, all map[string]string) error {
	query := url.Values{"Action": {"DescribeStackResources"}, "Version": {"2010-05-15"}, "StackName": {stack}}
	text, err := s.aws(ctx, http.MethodGet, "/?"+query.Encode(), "cloudformation.", nil)
	if err != nil {
		return err
	}
	var answer struct {
		Resources []struct {
			LogicalResourceID  string `xml:"LogicalResourceId"`
			PhysicalResourceID string `xml:"PhysicalResourceId"`
			ResourceType       string
		} `xml:"DescribeStackResourcesResult>StackResources>member"`
	}
	if err := xml.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf("resources of %s: %w", stack, err)
	}
	for _, r := range answer.Resources {
		all[name+"/"+r.LogicalResourceID] = r.PhysicalResourceID
		if r.ResourceType == nested {
			if err := s.resourcesOf(ctx, r.PhysicalResourceID, r.LogicalResourceID, all); err != nil {
				return err
			}
		}
	}
	return nil
}
