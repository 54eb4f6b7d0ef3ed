#!/bin/bash
#SBATCH --job-name=node-example
#SBATCH --ntasks=1
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Not a line of set-up for tracing: see app.js.  Install its packages first, in
# this directory: npm ci
srun node app.js
