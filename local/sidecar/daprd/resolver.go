package main

import (
	"context"
	"errors"

	"github.com/dapr/components-contrib/nameresolution"
	"github.com/dapr/kit/logger"
)

// silentResolver stands where a standalone daprd wants mDNS, which would listen beyond loopback. The local
// stack calls actors alone, and placement knows where they are.
type silentResolver struct{}

func newSilentResolver(logger.Logger) nameresolution.Resolver { return silentResolver{} }

func (silentResolver) Init(context.Context, nameresolution.Metadata) error { return nil }

func (silentResolver) ResolveID(context.Context, nameresolution.ResolveRequest) (string, error) {
	return "", errors.New("the local stack resolves no names: call actors, not services")
}

func (silentResolver) Close() error { return nil }
