"""Public list prices in US dollars, us-east-1, x86_64 unless a name says ARM, without free tiers, savings plans or tax.

Looked up in November 2026 in copies of public pages, of the dates given; AWS's own pages have the last word.
"""

LAMBDA_GB_S = 0.0000166667
"""https://aws.amazon.com/lambda/pricing/, first tier; repeated by cloudchipr.com/blog/aws-lambda-pricing (2024)."""
LAMBDA_ARM_GB_S = 0.0000133334
"""The same page, Graviton: a fifth less a second; whether a second does as much was not measured."""
LAMBDA_DISK_GB_S = 0.0000000309
"""The same page: ephemeral storage beyond half a gigabyte."""
LAMBDA_REQUEST = 0.20 / 1e6
FARGATE_VCPU_H = 0.04048
"""https://aws.amazon.com/fargate/pricing/; repeated by wring.co/blog/aws-fargate-pricing-guide (March 2026)."""
FARGATE_GB_H = 0.004445
FARGATE_ARM_VCPU_H = 0.03238
FARGATE_ARM_GB_H = 0.00356
"""https://aws.amazon.com/fargate/pricing/, Linux on ARM."""
FARGATE_DISK_GB_H = 0.000111
"""Beyond 20 GB; vantage.sh/blog/fargate-pricing."""
FARGATE_SPOT_SHARE = 0.3
"""Spot is said to save up to 70 per cent; it moves, and this is its best."""
PUBLIC_IPV4_H = 0.005
"""https://aws.amazon.com/vpc/pricing/: each task and each instance has an address of its own here."""
G4DN_XLARGE_H = 0.526
"""https://aws.amazon.com/ec2/pricing/on-demand/. Compare g5.xlarge: 1.006 (factualminds.com, June 2026)."""
GPU_SPOT_SHARE = 0.4
"""An assumption: spot prices of GPU instances move between a third and two thirds of the list price."""

FARGATE_SEGMENT_H = 2 * FARGATE_VCPU_H + 4 * FARGATE_GB_H + 30 * FARGATE_DISK_GB_H + PUBLIC_IPV4_H
"""A segment on Fargate as infra/template.yaml has it: 2 vCPUs, 4 GB, 50 GB of disk, a public address."""
FARGATE_ARM_SEGMENT_H = 2 * FARGATE_ARM_VCPU_H + 4 * FARGATE_ARM_GB_H + 30 * FARGATE_DISK_GB_H + PUBLIC_IPV4_H
FARGATE_SPOT_SEGMENT_H = FARGATE_SPOT_SHARE * (FARGATE_SEGMENT_H - PUBLIC_IPV4_H) + PUBLIC_IPV4_H
GPU_MACHINE_H = G4DN_XLARGE_H + PUBLIC_IPV4_H + 100 * 0.08 / 730
"""With its 100 GB of gp3 (0.08 a GB and month)."""
GPU_SPOT_MACHINE_H = GPU_SPOT_SHARE * G4DN_XLARGE_H + PUBLIC_IPV4_H + 100 * 0.08 / 730
