import { describe, expect, it } from '@jest/globals';
import { preparePodCreate } from '../defaults/pod.js';
import type { Pod, PodSpec } from '../types.js';
import { podSpecDiff } from './go-diff.js';

function spec(more: object): PodSpec {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: structuredClone({ containers: [{ name: 'c', image: 'a' }], ...more }) } as unknown as Pod;
  preparePodCreate(pod);
  return pod.spec;
}
const sized = (memory: string) => ({ containers: [{ name: 'c', image: 'a', resources: { requests: { cpu: '1', memory } } }] });

describe('the difference of two pods, as the API server tells it', () => {
  it.each<[string, object, object, string]>([
    [
      'a policy of a container, with two fields to each side',
      { containers: [{ name: 'c', image: 'a', imagePullPolicy: 'IfNotPresent', stdin: true }], volumes: [{ name: 'v', secret: { secretName: 's' } }] },
      { containers: [{ name: 'c', image: 'a', imagePullPolicy: 'Always', stdin: true }], volumes: [{ name: 'v', secret: { secretName: 's' } }] },
      `  core.PodSpec{
  	Volumes:        {{Name: "v", VolumeSource: {Secret: &{SecretName: "s", DefaultMode: &420}}}},
  	InitContainers: nil,
  	Containers: []core.Container{
  		{
  			... // 18 identical fields
  			TerminationMessagePath:   "/dev/termination-log",
  			TerminationMessagePolicy: "File",
- 			ImagePullPolicy:          "IfNotPresent",
+ 			ImagePullPolicy:          "Always",
  			SecurityContext:          nil,
  			Stdin:                    true,
  			... // 2 identical fields
  		},
  	},
  	EphemeralContainers: nil,
  	RestartPolicy:       "Always",
  	... // 31 identical fields
  }
`,
    ],
    [
      'what is asked for',
      sized('10Gi'),
      sized('2Gi'),
      `  core.PodSpec{
  	Volumes:        nil,
  	InitContainers: nil,
  	Containers: []core.Container{
  		{
  			... // 6 identical fields
  			EnvFrom: nil,
  			Env:     nil,
  			Resources: core.ResourceRequirements{
  				Limits: nil,
  				Requests: core.ResourceList{
  					s"cpu":    {i: {...}, s: "1", Format: "DecimalSI"},
- 					s"memory": {i: resource.int64Amount{value: 10737418240}, s: "10Gi", Format: "BinarySI"},
+ 					s"memory": {i: resource.int64Amount{value: 2147483648}, s: "2Gi", Format: "BinarySI"},
  				},
  				Claims: nil,
  			},
  			ResizePolicy:  nil,
  			RestartPolicy: nil,
  			... // 14 identical fields
  		},
  	},
  	EphemeralContainers: nil,
  	RestartPolicy:       "Always",
  	... // 31 identical fields
  }
`,
    ],
    [
      'what was not there',
      {},
      { nodeSelector: { disk: 'ssd' }, hostNetwork: true, restartPolicy: 'Never' },
      `  core.PodSpec{
  	... // 2 identical fields
  	Containers:                    {{Name: "c", Image: "a", TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: "File", ImagePullPolicy: "Always"}},
  	EphemeralContainers:           nil,
- 	RestartPolicy:                 "Always",
+ 	RestartPolicy:                 "Never",
  	TerminationGracePeriodSeconds: &30,
  	ActiveDeadlineSeconds:         nil,
  	DNSPolicy:                     "ClusterFirst",
- 	NodeSelector:                  nil,
+ 	NodeSelector:                  map[string]string{"disk": "ssd"},
  	ServiceAccountName:            "default",
  	AutomountServiceAccountToken:  nil,
  	NodeName:                      "",
  	SecurityContext: &core.PodSecurityContext{
- 		HostNetwork: false,
+ 		HostNetwork: true,
  		HostPID:     false,
  		HostIPC:     false,
  		... // 15 identical fields
  	},
  	ImagePullSecrets: nil,
  	Hostname:         "",
  	... // 21 identical fields
  }
`,
    ],
    [
      'a pointer, an item of a list and one of a map',
      { terminationGracePeriodSeconds: 30, nodeSelector: { disk: 'ssd', zone: 'a' }, containers: [{ name: 'c', image: 'a', args: ['x', 'y', 'z'] }] },
      { terminationGracePeriodSeconds: 5, nodeSelector: { disk: 'hdd', zone: 'a' }, containers: [{ name: 'c', image: 'a', args: ['x', 'q', 'z'] }] },
      `  core.PodSpec{
  	Volumes:        nil,
  	InitContainers: nil,
  	Containers: []core.Container{
  		{
  			Name:    "c",
  			Image:   "a",
  			Command: nil,
  			Args: []string{
  				"x",
- 				"y",
+ 				"q",
  				"z",
  			},
  			WorkingDir: "",
  			Ports:      nil,
  			... // 19 identical fields
  		},
  	},
  	EphemeralContainers:           nil,
  	RestartPolicy:                 "Always",
- 	TerminationGracePeriodSeconds: &30,
+ 	TerminationGracePeriodSeconds: &5,
  	ActiveDeadlineSeconds:         nil,
  	DNSPolicy:                     "ClusterFirst",
  	NodeSelector: map[string]string{
- 		"disk": "ssd",
+ 		"disk": "hdd",
  		"zone": "a",
  	},
  	ServiceAccountName:           "default",
  	AutomountServiceAccountToken: nil,
  	... // 25 identical fields
  }
`,
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(podSpecDiff(spec(before), spec(after))).toBe(expected);
  });

  it('of the same is nothing', () => {
    expect(podSpecDiff(spec({}), spec({}))).toBe('');
  });
});
