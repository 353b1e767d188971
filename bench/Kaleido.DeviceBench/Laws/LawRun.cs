using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Kaleido.Contract;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Kaleido.DeviceBench;

/// <summary>
/// Runs the laws of the contract that are compiled into this program, by xunit's own framework in this process: no test host, no dotnet
/// command. Tests one after the other, so that after an error that a device does not survive the first failure is the cause.
/// </summary>
internal sealed class LawRun(string filter, bool verbose, TextWriter output) : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _found = new(), _finished = new();
    private readonly List<ITestCase> _cases = [];
    private readonly List<string> _failed = [];
    private readonly ConcurrentDictionary<string, int> _skipped = new();
    private int _passed;

    /// <summary>Runs the laws whose names contain the filter. Returns 0 if all passed and there were some.</summary>
    /// <exception cref="UsageException">No law is called so.</exception>
    public int Run()
    {
        var clock = Stopwatch.StartNew();
        // FsCheck counts its cases aloud.
        Console.SetOut(TextWriter.Null);
        foreach (var (device, reason) in Devices.Skipped) output.WriteLine($"no {device}: {reason}");
        output.WriteLine($"devices: {string.Join("; ", Devices.Names)}");
        using var framework = new XunitTestFramework(this);
        var assembly = Assembly.GetExecutingAssembly();
        using (var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly)))
        {
            discoverer.Find(false, this, new Options());
            _found.Task.Wait();
        }

        var chosen = _cases.Where(it => it.DisplayName.Contains(filter, StringComparison.OrdinalIgnoreCase)).ToList();
        if (chosen.Count == 0) throw new UsageException($"no law's name contains \"{filter}\"");
        var executionOptions = new Options();
        executionOptions.SetValue<bool?>("xunit.execution.DisableParallelization", true);
        using (var executor = framework.GetExecutor(assembly.GetName()))
        {
            executor.RunTests(chosen, this, executionOptions);
            _finished.Task.Wait();
        }

        foreach (string name in _failed) output.WriteLine($"FAILED {name}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(_failed.Count == 0 && _passed > 0 ? "PASS" : "FAIL")} contract: {_passed} passed, {_failed.Count} failed, "
            + $"{_skipped.Count} skipped, {clock.Elapsed.TotalSeconds:f0} s"));
        return _failed.Count == 0 && _passed > 0 ? 0 : 1;
    }

    /// <summary>Hears what xunit says.</summary>
    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (_failed)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found:
                    _cases.Add(found.TestCase);
                    break;
                case IDiscoveryCompleteMessage:
                    _found.TrySetResult();
                    break;
                case ITestStarting started when verbose:
                    output.Write($"{started.Test.DisplayName} … ");
                    output.Flush();
                    break;
                case ITestPassed passed:
                    _passed++;
                    if (verbose) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"passed, {passed.ExecutionTime:f2} s"));
                    break;
                case ITestSkipped skipped:
                    _skipped[skipped.Test.DisplayName] = 0;
                    output.WriteLine($"skipped {skipped.Test.DisplayName}: {skipped.Reason}");
                    break;
                case ITestFailed failed:
                    Fail(failed.Test.DisplayName, failed);
                    break;
                case IErrorMessage error:
                    Fail("outside of a test", error);
                    break;
                case ITestCleanupFailure failure:
                    Fail($"clean-up of {failure.Test.DisplayName}", failure);
                    break;
                case ITestCaseCleanupFailure failure:
                    Fail($"clean-up of {failure.TestCase.DisplayName}", failure);
                    break;
                case ITestClassCleanupFailure failure:
                    Fail($"clean-up of {failure.TestClass.Class.Name}", failure);
                    break;
                case ITestAssemblyFinished:
                    _finished.TrySetResult();
                    break;
            }
        }

        return true;
    }

    private void Fail(string name, IFailureInformation failure)
    {
        _failed.Add(name);
        output.WriteLine($"FAILED {name}");
        for (int i = 0; i < failure.Messages.Length; i++)
            output.WriteLine($"  {failure.ExceptionTypes[i]}: {failure.Messages[i]}\n{failure.StackTraces[i]}");
        output.Flush();
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = [];

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
