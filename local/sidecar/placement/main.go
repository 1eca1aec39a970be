// placement on loopback alone: Dapr's own main opens its health port on every interface whatever its flags say.
package main

import (
	"context"
	"os"

	"github.com/dapr/dapr/cmd/placement/options"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/placement"
	"github.com/dapr/dapr/pkg/placement/monitoring"
	"github.com/dapr/dapr/pkg/security"
	"github.com/dapr/kit/concurrency"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
)

var log = logger.NewLogger("dapr.placement")

func main() {
	opts, err := options.New(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	if err := logger.ApplyOptionsToLoggers(&opts.Logger); err != nil {
		log.Fatal(err)
	}
	if err := monitoring.InitMetrics(); err != nil {
		log.Fatal(err)
	}
	if err := run(signals.Context(), opts); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, opts *options.Options) error {
	health := healthz.New()
	provider, err := security.New(ctx, security.Options{
		SentryAddress:           opts.SentryAddress,
		ControlPlaneTrustDomain: opts.TrustDomain,
		ControlPlaneNamespace:   security.CurrentNamespace(),
		TrustAnchorsFile:        &opts.TrustAnchorsFile,
		AppID:                   "dapr-placement",
		MTLSEnabled:             opts.TLSEnabled,
		Mode:                    modes.DaprMode(opts.Mode),
		Healthz:                 health,
	})
	if err != nil {
		return err
	}
	return concurrency.NewRunnerManager(provider.Run, func(ctx context.Context) error {
		handler, err := provider.Handler(ctx)
		if err != nil {
			return err
		}
		server, err := placement.New(placement.Options{
			NodeID:             opts.RaftID,
			Port:               opts.PlacementPort,
			ListenAddress:      opts.PlacementListenAddress,
			Security:           handler,
			Healthz:            health,
			KeepAliveTime:      opts.KeepAliveTime,
			KeepAliveTimeout:   opts.KeepAliveTimeout,
			ReplicationFactor:  int64(opts.ReplicationFactor),
			Peers:              opts.RaftPeers,
			DisseminateTimeout: opts.DisseminateTimeout,
		})
		if err != nil {
			return err
		}
		return server.Run(ctx)
	}).Run(ctx)
}
